package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay migrate status`.
@Command(
        description = "Shows which migrations are applied, and which are not.",
        footer = {
            "",
            "Examples:",
            "  belay migrate status",
            "  belay migrate status production --json"
        })
final class MigrateStatusCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    MigrateStatusCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        return show(Http.Request.get("/api/v1/environments/" + name + "/migrations"));
    }
}
