package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `belay calibrate`.
@Command(
        description = {
            "Shows how far the requests of canaries hang together, and how often what nobody changed",
            "would have gone back.",
            "",
            "The gateway counts what either half of a component's instances answers; the last day of",
            "that is a comparison of the component with itself. Verdicts use it from then on."
        },
        footer = {
            "",
            "Examples:",
            "  belay calibrate production",
            "  belay calibrate production --json"
        })
public final class CalibrateCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    public CalibrateCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        return show(Http.Request.get("/api/v1/environments/" + name + "/calibration"));
    }
}
