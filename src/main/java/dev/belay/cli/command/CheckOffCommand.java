package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay check-off`.
@Command(
        description = "Confirms a point of a release's checklist, in your name.",
        footer = {
            "",
            "Without POINT it shows the checklist.",
            "",
            "Examples:",
            "  belay check-off production-7",
            "  belay check-off production-7 2 --reason \"mail sent at nine\"",
            "  belay check-off production-7 \"release notes prepared\""
        })
public final class CheckOffCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POINT",
            description = "Its number or its text.")
    private String point = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "What you saw; kept with it.")
    private String reason = "";

    public CheckOffCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = ReleaseId.path(release);
        if (point.isEmpty()) {
            return show(Http.Request.get(path + "/consent"));
        }
        ControlPlane server = controlPlane();
        String answer =
                server.text(
                        Http.Request.post(
                                path + "/checklist",
                                Json.of(Map.of("point", point, "reason", reason))));
        terminal()
                .print(json() ? answer : server.text(asText(Http.Request.get(path + "/consent"))));
        return ExitCode.DONE;
    }
}
