package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;

/// `belay user list`.
@Command(
        description = "Lists everybody with their roles.",
        footer = {"", "Examples:", "  belay user list", "  belay user list --json"})
final class UserListCommand extends BelayCommand {
    UserListCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        return show(Http.Request.get("/api/v1/users"));
    }
}
