package dev.belay.gateway;

import dev.belay.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a certificate authority that comes to look must find, on every port and before any route:
/// whoever can put it there has the host. Set by whoever orders certificates, for as long as an
/// order takes; not kept over a restart.
final class Challenges {
    private static final String PATH = "/.well-known/acme-challenge/";
    private static final int COUNT_MAX = 1_000;
    private static final String TOKEN = "[A-Za-z0-9_-]{1,256}";
    private static final String TEXT = "[A-Za-z0-9_.-]{1,1024}";

    private volatile Map<String, String> texts = Map.of();

    /// The body for a request of an authority (RFC 8555 §8.3); null where it is anything else.
    @Nullable String text(String target) {
        Map<String, String> now = texts;
        return now.isEmpty() || !target.startsWith(PATH)
                ? null
                : now.get(target.substring(PATH.length()));
    }

    /// Takes these in the place of all before, or none of them.
    ///
    /// @return what is wrong with them
    List<Problem> replace(JsonNode json) {
        var problems = new ArrayList<Problem>();
        var next = new HashMap<String, String>();
        for (var one : json.path("http").properties()) {
            String text = one.getValue().asString("");
            if (one.getKey().matches(TOKEN) && text.matches(TEXT)) {
                next.put(one.getKey(), text);
            } else {
                problems.add(
                        RouteJson.malformed(
                                "challenge", "a token or its text is not what RFC 8555 allows"));
            }
        }
        if (next.size() > COUNT_MAX) {
            problems.add(
                    RouteJson.malformed("challenge", "there are over " + COUNT_MAX + " of them"));
        }
        if (problems.isEmpty()) {
            texts = Map.copyOf(next);
        }
        return problems;
    }
}
