package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay user remove`.
@Command(
        description = "Takes somebody out for good, with his tokens.",
        footer = {
            "",
            "What he did stays under his name, which nobody gets again.",
            "",
            "Examples:",
            "  belay user remove anna --reason \"she left\""
        })
final class UserRemoveCommand extends BelayCommand {
    @Parameters(paramLabel = "NAME", description = "Whom.")
    private String name = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; kept in the audit log.")
    private String reason = "";

    UserRemoveCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/users/" + EnvironmentName.encoded(name) + "/remove";
        return show(Http.Request.post(path, Json.of(Map.of("reason", reason))));
    }
}
