package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay plan`.
@Command(
        description = "Shows what a release would do, step by step, and the way back.",
        footer = {
            "",
            "Examples:",
            "  belay plan local",
            "  belay plan local --only api",
            "  belay plan production --document > plan.md    (usable while Belay is away)"
        })
public final class PlanCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Mixin private final Choice choice = new Choice();

    @Mixin private final KeepOut keepOut = new KeepOut();

    @Option(
            names = "--document",
            description = "Print it as a Markdown document with literal commands.")
    private boolean document;

    @Option(names = "--why", paramLabel = "TEXT", description = "Why something is skipped.")
    private String why = "";

    public PlanCommand(Context context) {
        super(context);
    }

    public PlanCommand(Context context, String environment) {
        super(context);
        this.environment = environment;
    }

    @Override
    protected ExitCode run() {
        var body = new LinkedHashMap<String, Object>();
        body.put("environment", EnvironmentName.of(workspace(), environment));
        choice.into(body);
        keepOut.into(body);
        body.put("why", why);
        Http.Request request =
                Http.Request.post("/api/v1/plans", Json.of(body)).patient(Choice.BUILD);
        if (document) {
            terminal().print(controlPlane().text(request.with("Accept", "text/markdown")));
            return ExitCode.DONE;
        }
        return show(request);
    }
}
