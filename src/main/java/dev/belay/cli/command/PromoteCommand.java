package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay promote`.
@Command(
        description =
                "Releases what soaked in the environment below, by its digest, and waits for the end.",
        footer = {
            "",
            "The environment says from which one it promotes. Nothing is built: artifacts and schemas are those",
            "that run there. `belay plan ENV` shows beforehand which; `belay deploy ENV` does the same with",
            "more to choose from.",
            "",
            "Where the manifest says `automatically: true`, what soaked below comes by itself, until a release",
            "falls or is taken back: then somebody looks, and lets it go on with --resume.",
            "",
            "Examples:",
            "  belay promote api web --to production",
            "  belay promote --all --to production --reason \"release of the week\"",
            "  belay promote --to staging --resume --reason \"the disk was full\""
        })
public final class PromoteCommand extends BelayCommand {
    @Parameters(arity = "0..*", paramLabel = "COMPONENT", description = "Components or groups.")
    private List<String> components = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "ENV",
            required = true,
            description = "The environment that gets it.")
    private String environment = "";

    @Option(names = "--all", description = "Everything of it.")
    private boolean all;

    @Option(names = "--hold", description = "Let nothing come by itself until --resume.")
    private boolean hold;

    @Option(names = "--resume", description = "Let what soaked below come by itself again.")
    private boolean resume;

    @Option(
            names = "--plan",
            paramLabel = "DIGEST",
            description = "Only if the plan is still this one, as `belay plan` printed it.")
    private String plan = "";

    @Mixin private final Waiting waiting = new Waiting();

    @Mixin private final Begin begin = new Begin();

    @Mixin private final KeepOut keepOut = new KeepOut();

    public PromoteCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (hold || resume) {
            return steer();
        }
        if (all != components.isEmpty()) {
            throw wrong(
                    "cli/one-of",
                    "--all",
                    all ? "it is everything, and these are some" : "nothing is named",
                    "name components, or say `--all`");
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("environment", environment);
        body.put("only", components);
        body.put("promote", true);
        if (!plan.isEmpty()) {
            body.put("plan", plan);
        }
        body.put("reason", waiting.reason());
        begin.into(body);
        keepOut.into(body);
        body.put("requestKey", UUID.randomUUID().toString());
        ControlPlane server = startedControlPlane();
        Http.Request request =
                Http.Request.post("/api/v1/releases", Json.of(body)).patient(Choice.BUILD);
        return waiting.after(
                server.text(request), begin.later(), terminal(), attachment(server), json());
    }

    private ExitCode steer() {
        if (hold == resume || all || !components.isEmpty() || !plan.isEmpty()) {
            throw wrong(
                    "cli/one-of",
                    hold ? "--hold" : "--resume",
                    "it concerns all that comes by itself, and nothing else is done with it",
                    "say it alone, with `--to` and `--reason`");
        }
        ControlPlane server = startedControlPlane();
        Http.Request request =
                Http.Request.post(
                        "/api/v1/environments/"
                                + EnvironmentName.encoded(environment)
                                + "/promotion",
                        Json.of(Map.of("hold", hold, "reason", waiting.reason())));
        if (json()) {
            terminal().print(server.text(request));
        } else {
            server.text(request);
            terminal()
                    .print(
                            hold
                                    ? "Nothing comes to `%s` by itself until `--resume`."
                                            .formatted(environment)
                                    : "What soaks below comes to `%s` by itself again."
                                            .formatted(environment));
        }
        return ExitCode.DONE;
    }
}
