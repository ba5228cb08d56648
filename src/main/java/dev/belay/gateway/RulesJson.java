package dev.belay.gateway;

import dev.belay.gateway.tls.TlsUse;
import dev.belay.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// [Rules] as JSON: keys of a route that are not there where a route has none, so that a table of
/// yesterday reads and writes as it did.
final class RulesJson {
    /// As long as the longest that a manifest can say.
    private static final Duration SLOW_START_MAX = Duration.ofDays(3_660);

    private static final int MATCHES_MAX = 64;
    private static final int NAMES_MAX = 256;
    private static final int TEXT_MAX = 2_000;
    private static final Pattern HOST =
            Pattern.compile("(\\*\\.)?[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63}){0,30}|\\[[0-9a-f:.]+]");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$&'*+.^_`|~-]{1,100}");

    private final List<Problem> problems;

    private RulesJson(List<Problem> problems) {
        this.problems = problems;
    }

    static void write(ObjectNode route, Rules rules) {
        if (!rules.at().isEmpty()) {
            ArrayNode at = route.putArray("at");
            rules.at().forEach(match -> write(at.addObject(), match));
        }
        if (rules.sticky()) {
            route.put("sticky", true);
        }
        if (!rules.slowStart().isZero()) {
            route.put("slowStartMillis", rules.slowStart().toMillis());
        }
    }

    private static void write(ObjectNode json, Match match) {
        write(json.putObject("entrance"), match.entrance());
        texts(json, "hosts", match.hosts());
        if (match.named()) {
            texts(json, "paths", match.paths());
        }
        texts(json, "methods", match.methods());
        if (!match.headers().isEmpty()) {
            ObjectNode headers = json.putObject("headers");
            match.headers().forEach(headers::put);
        }
    }

    private static void write(ObjectNode json, Entrance entrance) {
        json.put("name", entrance.name()).put("port", entrance.port());
        if (entrance.tls() != null) {
            json.set("tls", TlsJson.write(entrance.tls()));
        }
        if (entrance.redirectFrom() > 0) {
            json.put("redirectFrom", entrance.redirectFrom());
        }
        texts(json, "proxies", entrance.proxies().stream().map(Network::toString).toList());
    }

    private static void texts(ObjectNode json, String key, Iterable<String> texts) {
        if (texts.iterator().hasNext()) {
            ArrayNode array = json.putArray(key);
            texts.forEach(array::add);
        }
    }

    /// @param problems takes what is wrong
    static Rules read(JsonNode route, List<Problem> problems) {
        var reader = new RulesJson(problems);
        return new Rules(
                reader.at(route.path("at")), reader.slowStart(route), reader.sticky(route));
    }

    private boolean sticky(JsonNode route) {
        JsonNode sticky = route.path("sticky");
        if (!sticky.isMissingNode() && !sticky.isBoolean()) {
            problem("sticky", "`sticky` is neither true nor false");
        }
        return sticky.asBoolean(false);
    }

    private Duration slowStart(JsonNode route) {
        JsonNode written = route.path("slowStartMillis");
        boolean number = written.isIntegralNumber() && written.canConvertToLong();
        long millis = number ? written.asLong() : -1;
        if (millis < 0 || millis > SLOW_START_MAX.toMillis()) {
            if (!written.isMissingNode()) {
                problem(
                        "slowStartMillis",
                        "`slowStartMillis` is not a number of milliseconds up to ten years");
            }
            return Duration.ZERO;
        }
        return Duration.ofMillis(millis);
    }

    private List<Match> at(JsonNode json) {
        var matches = new ArrayList<Match>();
        for (JsonNode one : list(json, "at", MATCHES_MAX)) {
            Set<String> methods = new HashSet<>(texts(one, "methods"));
            methods.forEach(method -> check("methods", TOKEN, method));
            List<String> hosts = texts(one, "hosts");
            List<String> paths = texts(one, "paths");
            Map<String, String> headers = headers(one.path("headers"));
            var match = new Match(entrance(one.path("entrance")), hosts, paths, methods, headers);
            match.hosts().forEach(host -> check("hosts", HOST, host));
            match.paths().forEach(this::path);
            matches.add(match);
        }
        return matches;
    }

    private Entrance entrance(JsonNode json) {
        String name = json.path("name").asString("");
        check("entrance", RouteKey.NAME, name);
        int port = port(name, json, "port");
        int redirect = json.has("redirectFrom") ? port(name, json, "redirectFrom") : 0;
        TlsUse tls = TlsJson.read(json.path("tls"), message -> problem("tls", message));
        return new Entrance(name, port, tls, proxies(json), redirect);
    }

    private int port(String entrance, JsonNode json, String key) {
        JsonNode port = json.path(key);
        boolean fits = port.isIntegralNumber() && port.canConvertToInt();
        if (!fits || port.asInt() < 1 || port.asInt() > RouteJson.PORT_MAX) {
            problem("entrance", "`" + key + "` of entrance `" + entrance + "` is not a port");
        }
        return fits ? port.asInt() : 0;
    }

    private List<Network> proxies(JsonNode json) {
        var proxies = new ArrayList<Network>();
        for (String text : texts(json, "proxies")) {
            Network.parse(text)
                    .ifPresentOrElse(
                            proxies::add,
                            () ->
                                    problem(
                                            "proxies",
                                            "`" + text + "` is no network such as `10.0.0.0/8`"));
        }
        return proxies;
    }

    private Map<String, String> headers(JsonNode json) {
        if (!json.isMissingNode() && !json.isObject()) {
            problem("headers", "`headers` is not a map");
        }
        Map<String, String> headers = new HashMap<>();
        for (var header : json.properties()) {
            check("headers", TOKEN, header.getKey());
            String value = header.getValue().asString("");
            boolean plain = value.chars().allMatch(c -> c >= ' ' && c < 127);
            if (value.isEmpty() || !value.equals(value.strip()) || !plain) {
                problem("headers", "no request has the value of header `" + header.getKey() + "`");
            }
            headers.put(header.getKey(), value);
        }
        return headers;
    }

    private void path(String path) {
        boolean plain =
                path.startsWith("/")
                        && path.chars().allMatch(c -> c > ' ' && c < 127)
                        && "%?#\\;".chars().noneMatch(c -> path.indexOf(c) >= 0);
        if (!plain || PathRules.ambiguous(path)) {
            problem("paths", "`" + path + "` is no prefix that a path can have");
        }
    }

    private void check(String what, Pattern pattern, String text) {
        if (!pattern.matcher(text).matches()) {
            problem(what, "`" + text + "` cannot stand in `" + what + "`");
        }
    }

    private List<String> texts(JsonNode json, String key) {
        var texts = new ArrayList<String>();
        for (JsonNode one : list(json.path(key), key, NAMES_MAX)) {
            String text = one.asString("");
            if (!one.isString() || text.length() > TEXT_MAX) {
                problem(key, "`" + key + "` holds what is no text");
            } else {
                texts.add(text);
            }
        }
        return texts;
    }

    private Iterable<JsonNode> list(JsonNode json, String key, int most) {
        if (json.isMissingNode() || json.isNull()) {
            return List.of();
        }
        if (!json.isArray() || json.size() > most) {
            problem(key, "`" + key + "` is not a list of at most " + most);
            return List.of();
        }
        return json;
    }

    private void problem(String what, String message) {
        problems.add(RouteJson.malformed(what, message));
    }
}
