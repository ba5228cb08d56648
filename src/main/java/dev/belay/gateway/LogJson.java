package dev.belay.gateway;

import dev.belay.gateway.log.LogSettings;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The settings of the access log as JSON, on the admin socket and on disk.
final class LogJson {
    private static final Set<String> KNOWN =
            Set.of("on", "sample", "slowMillis", "components", "statuses", "paths", "queries");
    private static final Pattern COMPONENT =
            Pattern.compile("[A-Za-z0-9._-]{1,64}(/[A-Za-z0-9._-]{1,64})?");
    private static final Pattern STATUS = Pattern.compile("[1-5](xx|[0-9]{2})");
    private static final Pattern PATH = Pattern.compile("/[!-~]{0,255}");
    private static final int SAMPLE_MAX = 1_000_000;
    private static final int SLOW_MAX = 3_600_000;
    private static final int FILTERS_MAX = 100;

    private final JsonNode json;
    private final List<Problem> problems = new ArrayList<>();

    /// @param settings what stays as it was is in them; of use only when there is no problem
    record Reading(LogSettings settings, List<Problem> problems) {
        Reading {
            problems = List.copyOf(problems);
        }
    }

    private LogJson(JsonNode json) {
        this.json = json;
    }

    /// Reads settings; what is not said is as it was.
    static Reading read(JsonNode json, LogSettings before) {
        var reader = new LogJson(json);
        if (!json.isObject()) {
            reader.wrong("an object with the settings is wanted");
            return new Reading(before, reader.problems);
        }
        for (String name : json.propertyNames()) {
            if (!KNOWN.contains(name)) {
                reader.wrong("`" + name + "` is nothing that the access log can be told");
            }
        }
        var settings =
                new LogSettings(
                        reader.flag("on", before.on()),
                        reader.number("sample", before.sample(), SAMPLE_MAX),
                        Duration.ofMillis(
                                reader.number(
                                        "slowMillis", (int) before.slow().toMillis(), SLOW_MAX)),
                        reader.texts("components", before.components(), COMPONENT),
                        reader.texts("statuses", before.statuses(), STATUS),
                        reader.texts("paths", before.paths(), PATH),
                        reader.flag("queries", before.queries()));
        return new Reading(settings, reader.problems);
    }

    static ObjectNode write(LogSettings settings) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        json.put("on", settings.on()).put("sample", settings.sample());
        json.put("slowMillis", settings.slow().toMillis());
        settings.components().forEach(json.putArray("components")::add);
        settings.statuses().forEach(json.putArray("statuses")::add);
        settings.paths().forEach(json.putArray("paths")::add);
        return json.put("queries", settings.queries());
    }

    private boolean flag(String name, boolean absent) {
        JsonNode node = json.path(name);
        if (!node.isMissingNode() && !node.isBoolean()) {
            wrong("`" + name + "` is `true` or `false`");
        }
        return node.asBoolean(absent);
    }

    private int number(String name, int absent, int most) {
        JsonNode node = json.path(name);
        if (node.isMissingNode()) {
            return absent;
        }
        if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < 0
                || node.intValue() > most) {
            wrong("`" + name + "` is a whole number from 0 to " + most);
            return absent;
        }
        return node.intValue();
    }

    private List<String> texts(String name, List<String> absent, Pattern form) {
        JsonNode node = json.path(name);
        if (node.isMissingNode()) {
            return absent;
        }
        if (!node.isArray() || node.size() > FILTERS_MAX) {
            wrong("`" + name + "` is a list of at most " + FILTERS_MAX);
            return absent;
        }
        var texts = new ArrayList<String>();
        for (JsonNode one : node) {
            String text = one.asString("");
            if (!one.isString() || !form.matcher(text).matches()) {
                wrong("`" + name + "` takes " + example(name) + ", not `" + one + "`");
            }
            texts.add(text);
        }
        return texts;
    }

    private static String example(String name) {
        return switch (name) {
            case "components" -> "`web` or `production/web`";
            case "statuses" -> "`404` or `5xx`";
            default -> "what a path begins with, as `/api/`";
        };
    }

    /// The problems that an answer of the admin socket names.
    static List<Problem> problems(JsonNode answer) {
        var problems = new ArrayList<Problem>();
        for (JsonNode one : answer.path("problems")) {
            problems.add(problem(one.path("message").asString("")));
        }
        return problems;
    }

    private static Problem problem(String message) {
        var place = new Place.Named("the access log's settings");
        return new Problem("gateway/log-settings", place, message, "");
    }

    private void wrong(String message) {
        problems.add(problem(message));
    }
}
