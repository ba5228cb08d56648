package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay user enable`.
@Command(
        description = "Lets somebody be again who was disabled.",
        footer = {
            "",
            "He has his roles again, and needs a new token.",
            "",
            "Examples:",
            "  belay user enable anna --reason \"she has a new one\""
        })
final class UserEnableCommand extends BelayCommand {
    @Parameters(paramLabel = "NAME", description = "Whom.")
    private String name = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; kept in the audit log.")
    private String reason = "";

    UserEnableCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/users/" + EnvironmentName.encoded(name) + "/enable";
        return show(Http.Request.post(path, Json.of(Map.of("reason", reason))));
    }
}
