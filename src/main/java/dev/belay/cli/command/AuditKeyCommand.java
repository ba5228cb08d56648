package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;

/// `belay audit key`.
@Command(
        description = "Prints the public key that checkpoints of the audit log are signed with.",
        footer = {
            "",
            "Give it to whoever has to verify: `belay audit verify FILE --key KEY`.",
            "",
            "Examples:",
            "  belay audit key",
            "  belay audit key > belay-audit.pub"
        })
public final class AuditKeyCommand extends BelayCommand {
    public AuditKeyCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/audit/key"));
    }
}
