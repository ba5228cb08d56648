package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;

/// `belay gateway upgrade`.
@Command(
        description = "Replaces the gateway's process by a new one, without a lost connection.",
        footer = {
            "",
            "The new process takes the ports over; the old one serves what it had, and ends.",
            "A control plane of another build does this by itself when it starts.",
            "",
            "Examples:",
            "  belay gateway upgrade",
            "  belay gateway upgrade --json"
        })
public final class GatewayUpgradeCommand extends BelayCommand {
    public GatewayUpgradeCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.post("/api/v1/gateway/upgrade", "{}"));
    }
}
