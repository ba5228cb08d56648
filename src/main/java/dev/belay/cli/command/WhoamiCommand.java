package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;

/// `belay whoami`.
@Command(
        description = "Says as whom commands ask, and what that may.",
        footer = {"", "Examples:", "  belay whoami", "  BELAY_TOKEN_FILE=ci.token belay whoami"})
public final class WhoamiCommand extends BelayCommand {
    public WhoamiCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/whoami"));
    }
}
