package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay logs`.
@Command(
        description = "Prints what instances wrote.",
        footer = {
            "",
            "What shall run now comes first; what ran before, only where that wrote too little.",
            "With --json every line is an object: component, instance, text.",
            "",
            "Examples:",
            "  belay logs local",
            "  belay logs local api -f",
            "  belay logs local api --instance api-3f9c1a2b7d10-1 -n 500"
        })
public final class LogsCommand extends BelayCommand {
    private static final Duration DAY = Duration.ofDays(1);

    @Parameters(index = "0", arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "COMPONENT",
            description = "Only of this component.")
    private String component = "";

    @Option(names = "--instance", paramLabel = "ID", description = "Only of this instance.")
    private String instance = "";

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "Begin so many lines before the end, of all together (${DEFAULT-VALUE}).")
    private int lines = 50;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is written from now on.")
    private boolean follow;

    public LogsCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String name = EnvironmentName.encoded(EnvironmentName.of(workspace(), environment));
        var path = new StringBuilder("/api/v1/environments/" + name + "/logs?lines=" + lines);
        ReleasesCommand.append(path, "component", component);
        ReleasesCommand.append(path, "instance", instance);
        if (follow) {
            path.append("&follow=true");
        }
        ControlPlane server = controlPlane();
        Http.Request request = Http.Request.get(path.toString()).patient(DAY);
        try (Http.Answer answer = server.ask(json() ? request : asText(request))) {
            // As it comes, without waiting for a line to be whole.
            var buffer = new byte[8192];
            for (int got = answer.body().read(buffer); got >= 0; got = answer.body().read(buffer)) {
                terminal().out().write(buffer, 0, got);
                terminal().out().flush();
            }
        } catch (IOException _) {
            terminal().say("belay: the control plane ended; the instances go on");
        }
        return ExitCode.DONE;
    }
}
