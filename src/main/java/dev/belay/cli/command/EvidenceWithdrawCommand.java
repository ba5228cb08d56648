package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `belay evidence withdraw`.
@Command(
        description = "Takes evidence back: no release can rely on it any more.",
        footer = {
            "",
            "What relied on it already goes on, and says so in `belay status` and `belay show`.",
            "",
            "Examples:",
            "  belay evidence withdraw ev-3f9c1a2b7d10 --reason \"the data set was wrong\""
        })
public final class EvidenceWithdrawCommand extends BelayCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "The evidence.")
    private String id = "";

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    @Option(
            names = "--in",
            paramLabel = "ENV",
            description = "An environment that you may deploy to, for what was won in none.")
    private String in = "";

    public EvidenceWithdrawCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        String named = EnvironmentName.encoded(id);
        String found = controlPlane().text(Http.Request.get("/api/v1/evidence/" + named));
        String from = JsonMapper.shared().readTree(found).path("environment").asString("");
        // What was won nowhere in particular may be withdrawn wherever somebody may deploy.
        String environment =
                !from.isEmpty()
                        ? from
                        : in.isEmpty() ? EnvironmentName.all(workspace()).getFirst() : in;
        return show(
                Http.Request.post(
                        "/api/v1/environments/%s/evidence/%s/withdraw"
                                .formatted(EnvironmentName.encoded(environment), named),
                        Json.of(Map.of("reason", reason))));
    }
}
