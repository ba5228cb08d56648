package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gateway.log.LogSettings;
import dev.belay.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What must hold for whatever JSON comes to the admin socket: it has problems, said in words, or
/// it is taken; and what was taken, written to disk and read again is the same. The first byte says
/// what it is: a route, a door, the settings of the log, or challenges.
final class RouteOracle {
    private static final RouteKey KEY = new RouteKey("test", "web");
    private static final int KINDS = 4;
    private static final List<JsonNode> GOOD =
            List.of(
                    json(
                            """
                            {"token": 7, "port": 3017, "shares": [
                              {"revision": "v1", "weight": 9, "members": [
                                {"id": "a", "host": "127.0.0.1", "port": 1},
                                {"id": "b", "socket": "/run/b.sock", "protocol": "h2"}],
                               "health": {"kind": "tcp", "timeoutMillis": 5}},
                              {"revision": "v2", "weight": 1, "root": "/srv/site"}],
                             "health": {"kind": "http", "path": "/up", "low": 200, "high": 204,
                               "body": "ok", "headers": {"X-Well": "yes"}, "timeoutMillis": 9},
                             "site": {"fallback": true, "immutable": ["/assets/"]},
                             "sticky": true, "slowStartMillis": 5000,
                             "at": [{"entrance": {"name": "public", "port": 8080,
                                 "tls": {"certificate": "/c", "key": "/k", "minimum": "1.3"},
                                 "redirectFrom": 80, "proxies": ["10.0.0.0/8"]},
                               "hosts": ["app.example.org", "*.example.org"], "paths": ["/api"],
                               "methods": ["GET"], "headers": {"X-Beta": "1"}}]}
                            """),
                    json(
                            """
                            {"maintenance": {"since": 5, "retryAfterSeconds": 60,
                              "allow": ["203.0.113.0/24", "2001:db8::/32"],
                              "platform": "shop", "page": "<p>soon"}}
                            """),
                    json(
                            """
                            {"on": true, "sample": 10, "slowMillis": 500, "components": ["test/web"],
                             "statuses": ["5xx", "404"], "paths": ["/api/"], "queries": false}
                            """),
                    json("{\"http\": {\"token\": \"text.more\"}, \"alpn\": {}}"));

    private RouteOracle() {}

    private static JsonNode json(String text) {
        return RouteJson.MAPPER.readTree(text);
    }

    static void check(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int first = Byte.toUnsignedInt(data[0]);
        int kind = first % KINDS;
        JsonNode json =
                first < 128 ? JsonEdits.text(data, 1) : JsonEdits.edited(GOOD.get(kind), data, 1);
        if (json == null) {
            return;
        }
        switch (kind) {
            case 0 -> route(json);
            case 1 -> door(json);
            case 2 -> log(json);
            default -> challenges(json);
        }
    }

    private static void route(JsonNode json) {
        RouteJson.Reading reading = RouteJson.read(KEY, json);
        Route route = reading.route();
        said(reading.problems(), route != null);
        if (route != null) {
            RouteJson.Reading again = RouteJson.read(KEY, onDisk(RouteJson.write(route)));
            assertThat(again.problems()).isEmpty();
            assertThat(again.route()).isEqualTo(route);
            // Whatever is taken can be served by.
            assertThat(new Table(1, Map.of(KEY, entry(route))).ports()).contains(route.port());
        }
    }

    private static Table.Entry entry(Route route) {
        return new Table.Entry(
                route, 1, 1, List.of(), List.of(), new RevisionTraffic(KEY, ""), null);
    }

    private static void door(JsonNode json) {
        var problems = new ArrayList<Problem>();
        Door door = DoorJson.read(json, problems);
        said(problems, door != null);
        if (door != null) {
            assertThat(DoorJson.read(onDisk(DoorJson.write(door)), problems)).isEqualTo(door);
            assertThat(problems).isEmpty();
        }
    }

    private static void log(JsonNode json) {
        LogJson.Reading reading = LogJson.read(json, LogSettings.OFF);
        said(reading.problems(), reading.problems().isEmpty());
        if (reading.problems().isEmpty()) {
            JsonNode written = onDisk(LogJson.write(reading.settings()));
            assertThat(LogJson.read(written, LogSettings.OFF).settings())
                    .isEqualTo(reading.settings());
        }
    }

    private static void challenges(JsonNode json) {
        var challenges = new Challenges();
        Optional<List<Problem>> problems = challenges.replace(json);
        assertThat(problems).isPresent();
        said(problems.get(), problems.get().isEmpty());
        if (problems.get().isEmpty()) {
            var successor = new Challenges();
            assertThat(successor.replace(json(challenges.written()))).contains(List.of());
            assertThat(successor.written()).isEqualTo(challenges.written());
        }
    }

    /// As a file has it, in UTF-8.
    private static JsonNode onDisk(JsonNode json) {
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        return json(new String(bytes, StandardCharsets.UTF_8));
    }

    private static void said(List<Problem> problems, boolean taken) {
        assertThat(problems.isEmpty()).isEqualTo(taken);
        assertThat(problems).allMatch(problem -> problem.message().contains(" "));
    }
}
