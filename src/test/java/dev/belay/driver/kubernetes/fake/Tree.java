package dev.belay.driver.kubernetes.fake;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Paths through objects.
final class Tree {
    private Tree() {}

    static ObjectNode object() {
        return JsonMapper.shared().createObjectNode();
    }

    static JsonNode at(@Nullable JsonNode node, String... path) {
        JsonNode at = node == null ? object() : node;
        for (String step : path) {
            at = at.path(step);
        }
        return at;
    }

    static String text(@Nullable JsonNode node, String... path) {
        return at(node, path).asString("");
    }

    static long number(@Nullable JsonNode node, String... path) {
        return at(node, path).asLong(0);
    }

    /// The object there, made where it is missing.
    static ObjectNode in(ObjectNode node, String... path) {
        ObjectNode at = node;
        for (String step : path) {
            at = at.path(step) instanceof ObjectNode below ? below : at.putObject(step);
        }
        return at;
    }

    static Stream<JsonNode> each(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    static Map<String, String> texts(JsonNode node) {
        var all = new TreeMap<String, String>();
        node.properties().forEach(one -> all.put(one.getKey(), one.getValue().asString("")));
        return all;
    }

    static String name(JsonNode object) {
        return text(object, "metadata", "name");
    }

    static String namespace(JsonNode object) {
        return text(object, "metadata", "namespace");
    }

    static String uid(JsonNode object) {
        return text(object, "metadata", "uid");
    }

    static Map<String, String> labels(JsonNode object) {
        return texts(at(object, "metadata", "labels"));
    }

    static boolean isLeaving(JsonNode object) {
        return !text(object, "metadata", "deletionTimestamp").isEmpty();
    }
}
