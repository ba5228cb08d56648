package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;

/// `belay token list`.
@Command(
        description = "Lists tokens, the newest first, without what opens anything.",
        footer = {"", "Examples:", "  belay token list", "  belay token list --json"})
final class TokenListCommand extends BelayCommand {
    TokenListCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/tokens"));
    }
}
