package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `belay rollback`.
@Command(
        description = "Takes an environment, or some components of it, back to what ran before.",
        footer = {
            "",
            "A component that cannot go alone is refused, and the answer names what must go along.",
            "Schemas stay as they are. With --schema the migrations that came since are taken back, too, by",
            "their own way back, after the newer revision has ended: what only the newer schema holds is lost.",
            "Where the environment asks for verified backups, one is made, and it is tried on that first.",
            "",
            "Examples:",
            "  belay rollback local",
            "  belay rollback local api --reason \"errors at checkout\"",
            "  belay rollback production --to production-41 --reason \"as before the sale\"",
            "  belay rollback local api --schema --reason \"totals are wrong\""
        })
public final class RollbackCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(index = "1..*", paramLabel = "COMPONENT", description = "Only these components.")
    private List<String> components = new ArrayList<>();

    @Option(names = "--schema", description = "Schemas go back, too; wants a --reason.")
    private boolean schema;

    @Option(
            names = "--to",
            paramLabel = "RELEASE",
            description =
                    "To how it was when that release had ended, in place of what soaked last.")
    private String to = "";

    @Mixin private final Waiting waiting = new Waiting();

    public RollbackCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (schema && waiting.reason().isBlank()) {
            throw wrong(
                    "cli/missing-argument",
                    "--reason",
                    "what only the newer schema holds is lost, and nobody says why",
                    "say why with `--reason`");
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("environment", environment);
        body.put("components", components);
        body.put("schema", schema);
        body.put("to", to);
        body.put("reason", waiting.reason());
        body.put("requestKey", UUID.randomUUID().toString());
        ControlPlane server = startedControlPlane();
        String answer = server.text(Http.Request.post("/api/v1/rollbacks", Json.of(body)));
        ExitCode end = waiting.after(answer, terminal(), attachment(server), json());
        // A release that was told to go back has failed, but that is what was asked for here.
        return end == ExitCode.FAILED ? ExitCode.DONE : end;
    }
}
