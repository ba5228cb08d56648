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

/// `belay user add`.
@Command(
        description = "Adds a person or a machine, without a token yet.",
        footer = {
            "",
            "A name stays taken when whoever had it is removed: what was done in it stays with it.",
            "",
            "Examples:",
            "  belay user add anna --role deployer@staging --role viewer",
            "  belay user add ci --role deployer@staging"
        })
final class UserAddCommand extends BelayCommand {
    @Parameters(paramLabel = "NAME", description = "Small letters, digits, `.`, `-` and `_`.")
    private String name = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE[@ENV]",
            description = "What it may do, and where; can be repeated.")
    private List<String> roles = new ArrayList<>();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept in the audit log.")
    private String reason = "";

    UserAddCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        Map<String, Object> body = Map.of("name", name, "roles", roles, "reason", reason);
        return show(Http.Request.post("/api/v1/users", Json.of(body)));
    }
}
