package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay approve`.
@Command(
        description = "Consents to exactly the plan of a release that somebody else submitted.",
        footer = {
            "",
            "Without --plan it shows what the release asks for and which plan it has; `belay show RELEASE --plan`",
            "shows that plan. The environment says who may consent, how many, and for how long that counts.",
            "",
            "Examples:",
            "  belay approve production-7",
            "  belay approve production-7 --plan sha256:4a7b… --reason \"tried it in staging\"",
            "  belay approve production-7 --object --reason \"not during the sale\""
        })
public final class ApproveCommand extends BelayCommand {
    @Parameters(paramLabel = "RELEASE", description = "Its id.")
    private String release = "";

    @Option(
            names = "--plan",
            paramLabel = "DIGEST",
            description = "The plan that you looked at and consent to.")
    private String plan = "";

    @Option(names = "--object", description = "Say no: the release goes back.")
    private boolean object;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the release.")
    private String reason = "";

    public ApproveCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String path = ReleaseId.path(release);
        if (plan.isEmpty() && !object) {
            if (!reason.isEmpty()) {
                throw wrong(
                        "cli/one-of",
                        "--reason",
                        "nobody consents without naming the plan, nor objects without saying so",
                        "`belay approve "
                                + release
                                + "` shows the plan for `--plan`;"
                                + " `--object` says no");
            }
            return show(Http.Request.get(path + "/consent"));
        }
        if (object && !plan.isEmpty()) {
            throw wrong(
                    "cli/one-of",
                    "--object",
                    "`--plan` consents, and `--object` does not",
                    "choose one of them");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("plan", plan);
        body.put("object", object);
        body.put("reason", reason);
        ControlPlane server = controlPlane();
        String answer = server.text(Http.Request.post(path + "/approvals", Json.of(body)));
        terminal()
                .print(json() ? answer : server.text(asText(Http.Request.get(path + "/consent"))));
        return ExitCode.DONE;
    }
}
