package dev.belay.gateway;

import dev.belay.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Doors as JSON, on the wire and on disk: `{"hold": {…}}` or `{"maintenance": {…}}`.
final class DoorJson {
    private final List<Problem> problems;

    private DoorJson(List<Problem> problems) {
        this.problems = problems;
    }

    static ObjectNode write(Door door) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        switch (door) {
            case Door.Hold hold ->
                    json.putObject("hold")
                            .put("since", hold.since())
                            .put("atMost", hold.atMost())
                            .put("bytes", hold.bytes())
                            .put("ageMillis", hold.age().toMillis());
            case Door.Maintenance shut -> {
                ObjectNode one = json.putObject("maintenance");
                one.put("since", shut.since());
                one.put("retryAfterSeconds", shut.retryAfter().toSeconds());
                var allow = one.putArray("allow");
                shut.allow().forEach(network -> allow.add(network.toString()));
                one.put("platform", shut.platform());
                one.put("page", shut.page());
                Door.Announced announced = shut.announced();
                if (!announced.equals(Door.Announced.NOTHING)) {
                    one.putObject("announced")
                            .put("by", announced.by())
                            .put("until", announced.until())
                            .put("text", announced.text())
                            .put("pass", announced.pass());
                }
            }
        }
        return json;
    }

    /// Null when something is wrong.
    ///
    /// @param problems takes what
    static @Nullable Door read(JsonNode json, List<Problem> problems) {
        int before = problems.size();
        RouteJson.broken(json, problems);
        Door door = new DoorJson(problems).door(json);
        return problems.size() == before ? door : null;
    }

    private @Nullable Door door(JsonNode json) {
        JsonNode hold = json.path("hold");
        JsonNode shut = json.path("maintenance");
        if (hold.isObject() == shut.isObject()) {
            problem("door", "it is neither a hold nor a maintenance, or both");
            return null;
        }
        return hold.isObject() ? hold(hold) : maintenance(shut);
    }

    private Door hold(JsonNode json) {
        return new Door.Hold(
                since(json),
                (int) number(json, "atMost", 1, Door.Hold.AT_MOST),
                number(json, "bytes", 0, Door.Hold.BYTES_MAX),
                Duration.ofMillis(number(json, "ageMillis", 1, Door.Hold.AGE_MAX.toMillis())));
    }

    private Door maintenance(JsonNode json) {
        long most = Door.Maintenance.RETRY_MAX.toSeconds();
        return new Door.Maintenance(
                since(json),
                Duration.ofSeconds(number(json, "retryAfterSeconds", 1, most)),
                allow(json.path("allow")),
                text(json, "platform", Door.Maintenance.PLATFORM_MAX),
                text(json, "page", Door.Maintenance.PAGE_MAX),
                announced(json.path("announced")));
    }

    private Door.Announced announced(JsonNode json) {
        if (json.isMissingNode()) {
            return Door.Announced.NOTHING;
        }
        String by = text(json, "by", Door.Announced.BY_MAX);
        if (by.isEmpty()) {
            problem("by", "`announced` does not say by which release");
        }
        return new Door.Announced(
                by,
                number(json, "until", 1, Long.MAX_VALUE),
                text(json, "text", Door.Announced.TEXT_MAX),
                text(json, "pass", Door.Announced.PASS_MAX));
    }

    private List<Network> allow(JsonNode json) {
        var networks = new ArrayList<Network>();
        if (json.size() > Door.Maintenance.ALLOW_MAX || !(json.isArray() || json.isMissingNode())) {
            problem("allow", "`allow` is not a list of at most " + Door.Maintenance.ALLOW_MAX);
            return networks;
        }
        for (JsonNode one : json) {
            String text = one.asString("");
            Network.parse(text)
                    .ifPresentOrElse(
                            networks::add,
                            () ->
                                    problem(
                                            "allow",
                                            "`"
                                                    + text
                                                    + "` is no address and no network such as"
                                                    + " `203.0.113.0/24`"));
        }
        return networks;
    }

    private long since(JsonNode json) {
        return json.has("since")
                ? number(json, "since", 0, Long.MAX_VALUE)
                : System.currentTimeMillis();
    }

    private String text(JsonNode json, String key, int most) {
        JsonNode text = json.path(key);
        if (text.isMissingNode()) {
            return "";
        }
        if (!text.isString() || text.asString().length() > most) {
            problem(key, "`" + key + "` is not a text of at most " + most + " characters");
            return "";
        }
        return text.asString();
    }

    private long number(JsonNode json, String key, long least, long most) {
        JsonNode number = json.path(key);
        boolean fits = number.isIntegralNumber() && number.canConvertToLong();
        long value = fits ? number.asLong() : -1;
        if (value < least || value > most) {
            problem(key, "`" + key + "` is not a number from " + least + " to " + most);
            return least;
        }
        return value;
    }

    private void problem(String what, String message) {
        problems.add(RouteJson.malformed(what, message));
    }
}
