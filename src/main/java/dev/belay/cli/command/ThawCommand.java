package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay thaw`.
@Command(
        description = "Ends a freeze before its time.",
        footer = {
            "",
            "What was refused meanwhile is to be asked for again; what comes by itself comes.",
            "",
            "Examples:",
            "  belay thaw production --reason \"the incident is over\""
        })
public final class ThawCommand extends BelayCommand {
    @Parameters(paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is recorded.")
    private String reason = "";

    public ThawCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/thaw";
        return show(Http.Request.post(path, Json.of(Map.of("reason", reason))));
    }
}
