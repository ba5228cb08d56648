package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay status`.
@Command(
        description = "Shows what runs, what should run, and whether it is well.",
        footer = {"", "Examples:", "  belay status", "  belay status production --json"})
public final class StatusCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    public StatusCommand(Context context) {
        super(context);
    }

    public StatusCommand(Context context, String environment) {
        super(context);
        this.environment = environment;
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        return show(Http.Request.get("/api/v1/environments/" + name + "/status"));
    }
}
