package dev.belay.gateway;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Routes as JSON, on the wire and on disk. Reading collects every problem, never the first only.
final class RouteJson {
    static final JsonMapper MAPPER = JsonMapper.builder().build();
    static final int PORT_MAX = 65_535;
    private static final String HTTP1 = "h1";
    private static final String HTTP2 = "h2";
    private static final int WEIGHT_MAX = 1_000_000;
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int TIMEOUT_MILLIS_MAX = 60_000;

    private final List<Problem> problems = new ArrayList<>();

    private RouteJson() {}

    /// A route, or why it is none.
    record Reading(@Nullable Route route, List<Problem> problems) {}

    static ObjectNode write(Route route) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("token", route.token());
        json.put("port", route.port());
        var shares = json.putArray("shares");
        for (Route.Share share : route.shares()) {
            ObjectNode one = shares.addObject();
            one.put("revision", share.revision());
            one.put("weight", share.weight());
            switch (share.backend()) {
                case Route.Files files -> {
                    one.put("root", files.root().toString());
                    if (!files.texts().isEmpty()) {
                        write(one.putObject("texts"), files.texts());
                    }
                }
                case Route.Members members -> {
                    var array = one.putArray("members");
                    for (Route.Member member : members.members()) {
                        ObjectNode it = array.addObject();
                        it.put("id", member.id());
                        switch (member.address()) {
                            case Route.Port(String host, int port) ->
                                    it.put("host", host).put("port", port);
                            case Route.SocketFile(Path path) -> it.put("socket", path.toString());
                        }
                        if (member.protocol() == Route.Protocol.HTTP2) {
                            it.put("protocol", HTTP2);
                        }
                    }
                }
            }
            HealthCheck own = share.own();
            if (own != null) {
                one.set("health", write(own));
            }
        }
        json.set("health", write(route.health()));
        ObjectNode site = json.putObject("site");
        site.put("fallback", route.site().fallback());
        var immutable = site.putArray("immutable");
        route.site().immutable().forEach(immutable::add);
        RulesJson.write(json, route.rules());
        return json;
    }

    static void write(ObjectNode json, SortedMap<String, SiteText> texts) {
        texts.forEach((path, text) -> json.put(path, text.content()));
    }

    /// @param problems takes what is no path that a request could have, and what is too much
    static SortedMap<String, SiteText> texts(JsonNode json, List<Problem> problems) {
        var texts = new TreeMap<String, SiteText>();
        if (!json.isObject() && !json.isMissingNode() && !json.isNull()) {
            problems.add(malformed("texts", "`texts` is not a map"));
        }
        long length = 0;
        for (var one : json.properties()) {
            String path = one.getKey();
            List<String> segments = SiteFiles.segments(path);
            if (segments == null || segments.getLast().isEmpty()) {
                problems.add(malformed("texts", "`texts` has `" + path + "`, which is no path"));
            } else if (!one.getValue().isString()) {
                problems.add(malformed("texts", "`" + path + "` of `texts` is not a text"));
            } else {
                texts.put(path, new SiteText(one.getValue().asString()));
                length += one.getValue().asString().length();
            }
        }
        if (length > SiteText.MOST) {
            problems.add(
                    malformed("texts", "`texts` have more than " + SiteText.MOST + " characters"));
        }
        return texts;
    }

    private static ObjectNode write(HealthCheck health) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("timeoutMillis", health.timeout().toMillis());
        switch (health) {
            case HealthCheck.None _ -> json.put("kind", "none");
            case HealthCheck.Tcp _ -> json.put("kind", "tcp");
            case HealthCheck.Grpc grpc -> json.put("kind", "grpc").put("service", grpc.service());
            case HealthCheck.Http http -> {
                json.put("kind", "http").put("path", http.path());
                json.put("low", http.low()).put("high", http.high()).put("body", http.body());
                ObjectNode headers = json.putObject("headers");
                http.headers().forEach(headers::put);
            }
        }
        return json;
    }

    static Reading read(RouteKey key, JsonNode json) {
        var reader = new RouteJson();
        broken(json, reader.problems);
        Route route = reader.route(key, json);
        boolean good = reader.problems.isEmpty();
        return new Reading(good ? route : null, List.copyOf(reader.problems));
    }

    /// JSON can say half of a character, which no file keeps: another text would be read again.
    ///
    /// @param problems takes that
    static void broken(JsonNode json, List<Problem> problems) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(json.toString())) {
            problems.add(malformed("text", "half of a character stands in a text"));
        }
    }

    private Route route(RouteKey key, JsonNode json) {
        if (!RouteKey.NAME.matcher(key.environment()).matches()
                || !RouteKey.NAME.matcher(key.component()).matches()) {
            problem("name", "`" + key + "` is not an environment and a component");
        }
        long token = number(json, "token", 1, Long.MAX_VALUE);
        int port = (int) number(json, "port", 1, PORT_MAX);
        List<Route.Share> shares = shares(json.path("shares"));
        return new Route(
                key,
                token,
                port,
                shares,
                health(json.path("health")),
                site(json.path("site")),
                RulesJson.read(json, problems));
    }

    private List<Route.Share> shares(JsonNode json) {
        if (!json.isArray()) {
            problem("shares", "`shares` is not a list");
            return List.of();
        }
        var shares = new ArrayList<Route.Share>();
        var revisions = new HashSet<String>();
        for (JsonNode one : json) {
            String revision = text(one, "revision");
            if (!RouteKey.NAME.matcher(revision).matches() || !revisions.add(revision)) {
                problem("revision", "revision `" + revision + "` is not a name of its own");
            }
            int weight = (int) number(one, "weight", 0, WEIGHT_MAX);
            HealthCheck own = one.hasNonNull("health") ? health(one.path("health")) : null;
            shares.add(new Route.Share(revision, weight, backend(one, revision, weight), own));
        }
        return shares;
    }

    private Route.Backend backend(JsonNode share, String revision, int weight) {
        if (share.has("root") == share.has("members")) {
            problem("backend", "revision `" + revision + "` needs either `root` or `members`");
            return new Route.Members(List.of());
        }
        if (share.has("root")) {
            Path root = AbsolutePath.of(text(share, "root"));
            if (root == null) {
                problem("root", "`root` of revision `" + revision + "` is not an absolute path");
                return new Route.Members(List.of());
            }
            return new Route.Files(root, texts(share.path("texts"), problems));
        }
        var members = new ArrayList<Route.Member>();
        var ids = new HashSet<String>();
        for (JsonNode one : share.path("members")) {
            String id = text(one, "id");
            if (!RouteKey.NAME.matcher(id).matches() || !ids.add(id)) {
                problem(
                        "member",
                        "member `" + id + "` of `" + revision + "` is not a name of its own");
            }
            members.add(new Route.Member(id, address(one, id), protocol(one)));
        }
        if (weight > 0 && members.isEmpty()) {
            problem("no-members", "revision `" + revision + "` has a weight but no members");
        }
        return new Route.Members(members);
    }

    private Route.Address address(JsonNode member, String id) {
        if (!member.has("socket")) {
            int port = (int) number(member, "port", 1, PORT_MAX);
            return new Route.Port(text(member, "host"), port);
        }
        if (member.has("host") || member.has("port")) {
            problem("socket", "member `" + id + "` has both a `socket` and a `host` or `port`");
        }
        String text = text(member, "socket");
        Path path = AbsolutePath.of(text);
        int most = Route.SocketFile.PATH_MAX;
        if (path == null || text.getBytes(StandardCharsets.UTF_8).length > most) {
            problem(
                    "socket",
                    "`socket` of member `%s` is not an absolute path of at most %d bytes"
                            .formatted(id, most));
            return new Route.SocketFile(Path.of("/"));
        }
        return new Route.SocketFile(path);
    }

    private Route.Protocol protocol(JsonNode member) {
        String protocol = member.path("protocol").asString(HTTP1);
        if (!protocol.equals(HTTP1) && !protocol.equals(HTTP2)) {
            problem("protocol", "protocol `" + protocol + "` is none of `h1`, `h2`");
        }
        return protocol.equals(HTTP2) ? Route.Protocol.HTTP2 : Route.Protocol.HTTP1;
    }

    private HealthCheck health(JsonNode json) {
        if (!json.isObject() && !json.isMissingNode() && !json.isNull()) {
            problem("health", "`health` is not a map");
        }
        String kind = json.path("kind").asString("none");
        long millis = TIMEOUT_MILLIS;
        if (json.has("timeoutMillis") && !kind.equals("none")) {
            millis = number(json, "timeoutMillis", 1, TIMEOUT_MILLIS_MAX);
        }
        Duration timeout = Duration.ofMillis(millis);
        return switch (kind) {
            case "none" -> new HealthCheck.None();
            case "tcp" -> new HealthCheck.Tcp(timeout);
            case "grpc" -> new HealthCheck.Grpc(json.path("service").asString(""), timeout);
            case "http" -> http(json, timeout);
            default -> {
                problem(
                        "health",
                        "health check `" + kind + "` is none of `http`, `grpc`, `tcp`, `none`");
                yield new HealthCheck.None();
            }
        };
    }

    private HealthCheck http(JsonNode json, Duration timeout) {
        String path = text(json, "path");
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            problem("health", "health path `" + path + "` does not start with `/`");
        }
        int low = json.has("low") ? (int) number(json, "low", 100, 599) : 200;
        int high = json.has("high") ? (int) number(json, "high", 100, 599) : 299;
        Map<String, String> headers = new HashMap<>();
        for (var header : json.path("headers").properties()) {
            headers.put(header.getKey(), header.getValue().asString(""));
        }
        return new HealthCheck.Http(
                path, low, high, headers, json.path("body").asString(""), timeout);
    }

    private Route.Site site(JsonNode json) {
        if (json.isMissingNode() || json.isNull()) {
            return Route.Site.PLAIN;
        }
        var immutable = new ArrayList<String>();
        for (JsonNode prefix : json.path("immutable")) {
            String text = prefix.asString("");
            if (!text.startsWith("/")) {
                problem("site", "immutable prefix `" + text + "` does not start with `/`");
            }
            immutable.add(text);
        }
        return new Route.Site(json.path("fallback").asBoolean(false), immutable);
    }

    private String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        if (!value.isString() || value.asString().isEmpty()) {
            problem(name, "`" + name + "` is missing or not a text");
            return "";
        }
        return value.asString();
    }

    private long number(JsonNode json, String name, long low, long high) {
        JsonNode value = json.path(name);
        boolean fits = value.isIntegralNumber() && value.canConvertToLong();
        if (!fits || value.asLong() < low || value.asLong() > high) {
            problem(name, "`" + name + "` is not a whole number from " + low + " to " + high);
            return low;
        }
        return value.asLong();
    }

    private void problem(String what, String message) {
        problems.add(malformed(what, message));
    }

    static Problem malformed(String what, String message) {
        var place = new Place.Named("the route sent to the gateway");
        return new Problem("gateway/" + what, place, message, "");
    }
}
