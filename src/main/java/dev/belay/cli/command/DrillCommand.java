package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay drill`.
@Command(
        description = "Restores a backup into scratch for practice, and compares every row.",
        footer = {
            "",
            "Nothing that lives is touched. How long it took is about how long a restore would take.",
            "",
            "Examples:",
            "  belay drill production",
            "  belay drill production postgres --backup 20260131T020000Z-shop-1f3a"
        })
public final class DrillCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DATASTORE",
            description = "Which; not needed where there is only one.")
    private String datastore = "";

    @Option(
            names = "--backup",
            paramLabel = "NAME",
            description = "Which; the newest that was verified.")
    private String backup = "";

    public DrillCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/drills";
        var result =
                Narration.follow(
                        terminal(),
                        controlPlane(),
                        Http.Request.post(
                                path, Json.of(Map.of("datastore", datastore, "backup", backup))));
        terminal().print(json() ? result.toString() : KeptText.of(result));
        return ExitCode.DONE;
    }
}
