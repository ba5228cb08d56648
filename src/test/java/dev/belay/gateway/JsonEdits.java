package dev.belay.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// JSON out of bytes at random: either they are its text, or they say what to change in a document
/// that is good. So what is malformed deep within is tried as well.
final class JsonEdits {
    private static final List<JsonNode> VALUES =
            List.of(
                            "null",
                            "true",
                            "0",
                            "-1",
                            "1",
                            "443",
                            "65536",
                            "1.5",
                            "1e99",
                            "9223372036854775807",
                            "1000000000000000000000000",
                            "''",
                            "'a'",
                            "'/'",
                            "'/a'",
                            "'a/../b'",
                            "'/a/../b/'",
                            "'/\\ud800'",
                            "'/\\u0000'",
                            "'\\u00e9'",
                            "'*.example.org'",
                            "'127.0.0.1'",
                            "'::1/128'",
                            "'::ffff:192.0.2.1/32'",
                            "'10.0.0.0/8'",
                            "'10.0.0.0/+8'",
                            "'1.2'",
                            "'h2'",
                            "'none'",
                            "'http'",
                            "'grpc'",
                            "'tcp'",
                            "{}",
                            "[]",
                            "[[]]",
                            "[null]",
                            "['/a', '/b']",
                            "{'a': 1}",
                            "{'a': {'b': []}}",
                            "{'kind': 'http', 'path': '/', 'timeoutMillis': 7}",
                            "{'folder': '/certificates'}",
                            "{'hold': {'atMost': 1, 'bytes': 1, 'ageMillis': 1}}")
                    .stream()
                    .map(text -> RouteJson.MAPPER.readTree(text.replace('\'', '"')))
                    .toList();
    private static final List<String> NAMES =
            List.of(
                    "health",
                    "site",
                    "socket",
                    "host",
                    "port",
                    "root",
                    "members",
                    "protocol",
                    "at",
                    "sticky",
                    "slowStartMillis",
                    "tls",
                    "folder",
                    "ordered",
                    "key",
                    "proxies",
                    "redirectFrom",
                    "since",
                    "door",
                    "hold",
                    "maintenance",
                    "allow",
                    "page",
                    "route",
                    "last",
                    "published",
                    "headers",
                    "methods",
                    "hosts",
                    "x");

    private JsonEdits() {}

    /// The text's document; null where it is none.
    static @Nullable JsonNode text(byte[] data, int from) {
        try {
            String text = new String(data, from, data.length - from, StandardCharsets.UTF_8);
            return RouteJson.MAPPER.readTree(text);
        } catch (JacksonException _) {
            return null;
        }
    }

    /// A document with some places changed.
    ///
    /// @param good is not changed itself
    static JsonNode edited(JsonNode good, byte[] data, int from) {
        ArrayNode root = RouteJson.MAPPER.createArrayNode().add(good.deepCopy());
        byte[] edits = Arrays.copyOfRange(data, Math.min(from, data.length), data.length);
        for (int i = 0; i + 2 < edits.length && i < 30; i += 3) {
            List<Consumer<JsonNode>> places = new ArrayList<>();
            places(root, places);
            int value = Byte.toUnsignedInt(edits[i + 1]) % VALUES.size();
            int place = Byte.toUnsignedInt(edits[i]) % places.size();
            if (edits[i + 2] < 0) {
                add(root, place, NAMES.get(-(edits[i + 2] + 1) % NAMES.size()), VALUES.get(value));
            } else {
                places.get(place).accept(VALUES.get(value).deepCopy());
            }
        }
        return root.path(0);
    }

    /// Whatever can be replaced, from above to below.
    private static void places(JsonNode node, List<Consumer<JsonNode>> found) {
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int at = i;
                found.add(value -> array.set(at, value));
                places(array.get(i), found);
            }
        } else if (node instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                found.add(value -> object.set(name, value));
                places(object.path(name), found);
            }
        }
    }

    private static void add(JsonNode node, int place, String name, JsonNode value) {
        var objects = new ArrayList<ObjectNode>();
        objects(node, objects);
        if (!objects.isEmpty()) {
            ObjectNode object = objects.get(place % objects.size());
            if (object.has(name)) {
                object.remove(name);
            } else {
                object.set(name, value.deepCopy());
            }
        }
    }

    private static void objects(JsonNode node, List<ObjectNode> found) {
        if (node instanceof ObjectNode object) {
            found.add(object);
        }
        node.forEach(one -> objects(one, found));
    }
}
