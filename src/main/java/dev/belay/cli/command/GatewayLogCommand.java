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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay gateway log`.
@Command(
        description =
                "Says what the gateway's access log keeps and where it lies, or changes that.",
        footer = {
            "",
            "What is not named stays as it was. Failures (5xx, answers that were cut) and slow",
            "answers are kept whatever the sample, if the filters let them through.",
            "",
            "Examples:",
            "  belay gateway log",
            "  belay gateway log --on",
            "  belay gateway log --on --sample 100 --slow 500",
            "  belay gateway log --status 4xx --status 5xx --component web --path /api/",
            "  belay gateway log --everything",
            "  belay gateway log --off"
        })
public final class GatewayLogCommand extends BelayCommand {
    @Option(names = "--on", description = "Keep a line of JSON for requests.")
    private boolean on;

    @Option(names = "--off", description = "Keep none any more; what is there stays.")
    private boolean off;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description = "Keep one in N; 1 is all, 0 only failures and slow ones.")
    private @Nullable Integer sample;

    @Option(
            names = "--slow",
            paramLabel = "MILLISECONDS",
            description = "From which time to the answer's headers on one is slow.")
    private @Nullable Integer slow;

    @Option(
            names = "--component",
            paramLabel = "NAME",
            description = "Only requests of these, as `web` or `production/web`.")
    private List<String> components = new ArrayList<>();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Only answers with these, as `404` or `5xx`.")
    private List<String> statuses = new ArrayList<>();

    @Option(
            names = "--path",
            paramLabel = "PREFIX",
            description = "Only requests whose path begins so.")
    private List<String> paths = new ArrayList<>();

    @Option(names = "--everything", description = "Take all filters away.")
    private boolean everything;

    @Option(
            names = "--queries",
            negatable = true,
            description = "Write query strings, too: they may hold secrets.")
    private @Nullable Boolean queries;

    public GatewayLogCommand(Context context) {
        super(context);
    }

    @Override
    protected ExitCode run() {
        if (on && off) {
            throw wrong("cli/one-of", "--on --off", "it is one or the other", "");
        }
        Map<String, Object> changes = changes();
        ControlPlane server = controlPlane();
        String path = "/api/v1/gateway/log";
        Http.Request request =
                changes.isEmpty()
                        ? Http.Request.get(path)
                        : new Http.Request(
                                "PUT",
                                path,
                                Map.of(),
                                Json.of(changes),
                                Http.Request.get(path).silence());
        String answer = server.text(request);
        if (json()) {
            terminal().print(answer);
        } else {
            text(JsonMapper.shared().readTree(answer)).forEach(terminal()::print);
        }
        return ExitCode.DONE;
    }

    private Map<String, Object> changes() {
        var changes = new LinkedHashMap<String, Object>();
        if (everything) {
            changes.put("components", List.of());
            changes.put("statuses", List.of());
            changes.put("paths", List.of());
        }
        if (on || off) {
            changes.put("on", on);
        }
        if (sample != null) {
            changes.put("sample", sample);
        }
        if (slow != null) {
            changes.put("slowMillis", slow);
        }
        if (!components.isEmpty()) {
            changes.put("components", components);
        }
        if (!statuses.isEmpty()) {
            changes.put("statuses", statuses);
        }
        if (!paths.isEmpty()) {
            changes.put("paths", paths);
        }
        if (queries != null) {
            changes.put("queries", queries);
        }
        return changes;
    }

    private static List<String> text(JsonNode log) {
        var lines = new ArrayList<String>();
        lines.add("access log  " + (log.path("on").asBoolean() ? "on" : "off"));
        lines.add("keeps       " + kept(log));
        lines.add("only        " + filters(log));
        lines.add("queries     " + (log.path("queries").asBoolean() ? "written" : "left out"));
        lines.add("file        " + log.path("file").asString(""));
        long lost = log.path("lost").asLong();
        if (lost > 0) {
            lines.add("lost        " + lost + " lines since the gateway started");
        }
        return lines;
    }

    private static String kept(JsonNode log) {
        int of = log.path("sample").asInt();
        String always = "failures and what takes " + log.path("slowMillis") + " ms or more";
        return switch (of) {
            case 0 -> always;
            case 1 -> "every request";
            default -> always + ", one in " + of + " of the others";
        };
    }

    private static String filters(JsonNode log) {
        var filters = new ArrayList<String>();
        for (String name : List.of("components", "statuses", "paths")) {
            var values = new ArrayList<String>();
            log.path(name).forEach(value -> values.add(value.asString("")));
            if (!values.isEmpty()) {
                filters.add(name + " " + String.join(", ", values));
            }
        }
        return filters.isEmpty() ? "-" : String.join("; ", filters);
    }
}
