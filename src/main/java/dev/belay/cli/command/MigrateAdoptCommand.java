package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.ExitCode;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay migrate adopt`.
@Command(
        description = "Takes over a schema that another tool, or a person, brought where it is.",
        footer = {
            "",
            "The ledger is told that every file up to a version is applied; none is run. It shows",
            "what it will say, and refuses where Belay knows the component's schema already. With",
            "--from the other tool's history is read and compared with the files: what differs,",
            "failed or has no file is refused.",
            "",
            "Examples:",
            "  belay migrate adopt production api --to 42 --dry-run",
            "  belay migrate adopt production api --to 42",
            "  belay migrate adopt production api --from flyway"
        })
final class MigrateAdoptCommand extends BelayCommand {
    /// Another runner is waited for, and a database that is far away.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Parameters(index = "0", paramLabel = "ENV", description = "The environment.")
    private String environment = "";

    @Parameters(
            index = "1",
            paramLabel = "COMPONENT",
            description = "Whose migrations; a datastore where its schema is shared.")
    private String component = "";

    @Option(
            names = "--to",
            paramLabel = "VERSION",
            description = "The last one that is applied; with --from it must be found there.")
    private String to = "";

    @Option(
            names = "--from",
            paramLabel = "TOOL",
            description = "Whose history says it: flyway or golang-migrate.")
    private String from = "";

    @Option(names = "--dry-run", description = "Show what the ledger would say, and stop.")
    private boolean dryRun;

    MigrateAdoptCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (to.isBlank() && from.isBlank()) {
            throw wrong(
                    "cli/version-missing",
                    "--to",
                    "nobody says which version the schema is at",
                    "say it as `--to VERSION`, or whose history to read as `--from flyway`");
        }
        ControlPlane server = controlPlane();
        JsonNode found = ask(server, true, List.of());
        if (dryRun) {
            terminal().print(json() ? found.toString() : text(found));
            return ExitCode.DONE;
        }
        if (!json()) {
            text(found).lines().forEach(terminal()::say);
        }
        List<String> shown =
                found.path("adopted")
                        .valueStream()
                        .map(one -> one.path("version").asString(""))
                        .toList();
        JsonNode written = ask(server, false, shown);
        terminal()
                .print(
                        json()
                                ? written.toString()
                                : "the ledger says so now; rehearsals need a backup that knows it:"
                                        + " `belay backup "
                                        + environment
                                        + "`");
        return ExitCode.DONE;
    }

    private JsonNode ask(ControlPlane server, boolean look, List<String> shown) {
        String path = "/api/v1/environments/" + EnvironmentName.encoded(environment) + "/adoptions";
        var body = new LinkedHashMap<String, Object>(Map.of("component", component, "to", to));
        if (!from.isBlank()) {
            body.put("from", from);
        }
        body.put("dryRun", look);
        body.put("shown", shown);
        String answer = server.text(Http.Request.post(path, Json.of(body)).patient(PATIENCE));
        return JsonMapper.shared().readTree(answer);
    }

    private static String text(JsonNode found) {
        var text = new StringBuilder();
        text.append(found.path("component").asString(""))
                .append("  in ")
                .append(found.path("datastore").asString(""))
                .append(", as `")
                .append(found.path("set").asString(""))
                .append("`\n");
        found.path("adopted").forEach(one -> line(text, "applied", one));
        found.path("pending").forEach(one -> line(text, "pending", one));
        for (JsonNode remark : found.path("remarks")) {
            text.append("  note: ").append(remark.asString("")).append('\n');
        }
        return text.toString().stripTrailing();
    }

    private static void line(StringBuilder text, String state, JsonNode one) {
        String oneWay = one.path("oneWay").asString("");
        text.append("  ")
                .append(state)
                .append("  ")
                .append(one.path("version").asString(""))
                .append(' ')
                .append(one.path("name").asString(""))
                .append(oneWay.isEmpty() ? "" : "  no way back: " + oneWay)
                .append('\n');
    }
}
