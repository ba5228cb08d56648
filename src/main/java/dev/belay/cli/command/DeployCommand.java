package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.LinkedHashMap;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay deploy`.
@Command(
        description = "Releases the platform as it stands in its folder, and waits for the end.",
        footer = {
            "",
            "Ctrl-C detaches: the release goes on, and the exit code is 130.",
            "",
            "Examples:",
            "  belay deploy local",
            "  belay deploy local --only api --reason \"the new greeting\"",
            "  belay deploy local --remove mailer    (which is in belay.yaml no more)",
            "  belay deploy production --at 2026-12-03T02:00+01:00 --within 30m",
            "  belay deploy production --at 90m --maintenance=\"New invoices.\" --lasting 20m",
            "  belay deploy production --plan sha256:3f9c…  (refused when anything has moved)"
        })
public final class DeployCommand extends BelayCommand {
    @Parameters(arity = "0..1", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Mixin private final Choice choice = new Choice();

    @Mixin private final Waiting waiting = new Waiting();

    @Mixin private final Begin begin = new Begin();

    @Mixin private final KeepOut keepOut = new KeepOut();

    @Option(
            names = "--plan",
            paramLabel = "DIGEST",
            description = "Only if the plan is still this one, as `belay plan` printed it.")
    private String plan = "";

    @Option(
            names = "--supersede",
            description = "Take the place of queued releases that want the same components.")
    private boolean supersede;

    public DeployCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        var body = new LinkedHashMap<String, Object>();
        body.put("environment", EnvironmentName.of(workspace(), environment));
        if (!plan.isEmpty()) {
            body.put("plan", plan);
        }
        choice.into(body);
        begin.into(body);
        keepOut.into(body);
        body.put("reason", waiting.reason());
        body.put("requestKey", UUID.randomUUID().toString());
        body.put("supersede", supersede);
        ControlPlane server = startedControlPlane();
        Http.Request request =
                Http.Request.post("/api/v1/releases", Json.of(body)).patient(Choice.BUILD);
        return waiting.after(
                server.text(request), begin.later(), terminal(), attachment(server), json());
    }
}
