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

/// `belay user revoke`.
@Command(
        description = "Takes roles from somebody, from now on.",
        footer = {
            "",
            "Examples:",
            "  belay user revoke anna --role deployer@production --reason \"May is over\""
        })
final class UserRevokeCommand extends BelayCommand {
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

    UserRevokeCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/users/" + EnvironmentName.encoded(name) + "/revocations";
        return show(Http.Request.post(path, Json.of(Map.of("roles", roles, "reason", reason))));
    }
}
