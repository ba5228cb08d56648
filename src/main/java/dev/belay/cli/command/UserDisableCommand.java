package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay user disable`.
@Command(
        description = "Refuses somebody from now on, and ends his tokens.",
        footer = {
            "",
            "Also in the middle of what he follows. His roles stay; `belay user enable` lets him be again.",
            "",
            "Examples:",
            "  belay user disable anna --reason \"the laptop is gone\""
        })
final class UserDisableCommand extends BelayCommand {
    @Parameters(paramLabel = "NAME", description = "Whom.")
    private String name = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; kept in the audit log.")
    private String reason = "";

    UserDisableCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/users/" + EnvironmentName.encoded(name) + "/disable";
        return show(Http.Request.post(path, Json.of(Map.of("reason", reason))));
    }
}
