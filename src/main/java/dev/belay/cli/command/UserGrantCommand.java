package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay user grant`.
@Command(
        description = "Gives somebody roles, from now on.",
        footer = {
            "",
            "Examples:",
            "  belay user grant anna --role deployer@production --reason \"on call in May\""
        })
final class UserGrantCommand extends BelayCommand {
    @Parameters(paramLabel = "NAME", description = "Whose.")
    private String name = "";

    @Option(
            names = "--role",
            required = true,
            paramLabel = "ROLE[@ENV]",
            description = "Which; can be repeated.")
    private List<String> roles = new ArrayList<>();

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why; kept in the audit log.")
    private String reason = "";

    UserGrantCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/users/" + EnvironmentName.encoded(name) + "/grants";
        return show(Http.Request.post(path, Json.of(Map.of("roles", roles, "reason", reason))));
    }
}
