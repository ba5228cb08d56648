package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay freeze`.
@Command(
        description = "Keeps an environment from releases for a while.",
        footer = {
            "",
            "Deploys and promotions are refused, those that come by themselves too, and what is queued does",
            "not begin. What is under way goes on. Going back is always possible, unless --rollbacks-too is",
            "said. A freeze is over by itself, after 30 days at most; `belay thaw` ends it before.",
            "",
            "Examples:",
            "  belay freeze production --until 2026-12-27T08:00+01:00 --reason \"Christmas trade\"",
            "  belay freeze production --until 4h --reason \"incident 4711\"",
            "  belay freeze --list"
        })
public final class FreezeCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description =
                    "When it is over: an instant with its zone, or in how long, as `90m` or `3d`.")
    private String until = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; everybody reads it.")
    private String reason = "";

    @Option(names = "--rollbacks-too", description = "Nothing goes back, either.")
    private boolean rollbacksToo;

    @Option(names = "--list", description = "Shows what is frozen, and changes nothing.")
    private boolean list;

    public FreezeCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (list) {
            return showAll();
        }
        if (environment.isEmpty()) {
            throw wrong(
                    "cli/one-of", "ENV", "no environment is named", "name one, or say `--list`");
        }
        Map<String, Object> body =
                Map.of(
                        "until",
                        Begin.instant(until),
                        "reason",
                        reason,
                        "rollbacksToo",
                        rollbacksToo);
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/freeze";
        return show(Http.Request.post(path, Json.of(body)));
    }

    private ExitCode showAll() {
        if (!environment.isEmpty() || !until.isEmpty() || !reason.isEmpty() || rollbacksToo) {
            throw wrong(
                    "cli/one-of",
                    "--list",
                    "it shows all that is frozen, and freezes nothing",
                    "say it alone");
        }
        return show(Http.Request.get("/api/v1/freezes"));
    }
}
