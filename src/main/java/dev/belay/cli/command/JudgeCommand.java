package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay judge`.
@Command(
        description = {
            "Shows how the canaries of a release compare with what runs beside them.",
            "",
            "Evidence is in odds: at 100 to 1 against it a canary goes back, which happens to one in",
            "a hundred that are no worse. A line for each thing that is compared; what was counted of",
            "failed requests as bars."
        },
        footer = {
            "",
            "Examples:",
            "  belay judge production-17",
            "  belay judge production-17 --html > report.html",
            "  belay judge production-17 --json > rollouts.json",
            "  belay judge replay production-17",
            "  belay judge replay rollouts.json"
        })
public final class JudgeCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "RELEASE", description = "The release.")
    private String release = "";

    @Option(
            names = "--html",
            description = "Print a page with pictures that needs nothing beside it.")
    private boolean html;

    public JudgeCommand(Context context) {
        super(context);
    }

    @Override
    public Map<String, BelayCommand> parts() {
        Map<String, BelayCommand> parts = new LinkedHashMap<>();
        parts.put("replay", new JudgeReplayCommand(context()));
        return parts;
    }

    @Override
    protected ExitCode run() {
        if (release.isEmpty()) {
            throw wrong(
                    "cli/missing-argument",
                    "judge",
                    "of which release?",
                    "`belay releases` lists them: `belay judge production-17`");
        }
        Http.Request request = Http.Request.get(ReleaseId.path(release) + "/rollouts");
        if (html) {
            terminal().print(controlPlane().text(request.with("Accept", "text/html")));
            return ExitCode.DONE;
        }
        return show(request);
    }
}
