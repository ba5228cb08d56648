package dev.belay.driver.kubernetes;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Ways through objects of a cluster as they are read. What is not there is empty.
final class Trees {
    private Trees() {}

    static JsonNode at(JsonNode node, String... path) {
        JsonNode at = node;
        for (String step : path) {
            at = at.path(step);
        }
        return at;
    }

    static String text(JsonNode node, String... path) {
        return at(node, path).asString("");
    }

    static long number(JsonNode node, String... path) {
        return at(node, path).asLong(0);
    }

    static Stream<JsonNode> each(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    static SortedMap<String, String> texts(JsonNode map) {
        var all = new TreeMap<String, String>();
        map.properties().forEach(one -> all.put(one.getKey(), one.getValue().asString("")));
        return Collections.unmodifiableSortedMap(all);
    }

    static String name(JsonNode object) {
        return text(object, "metadata", "name");
    }

    static String uid(JsonNode object) {
        return text(object, "metadata", "uid");
    }

    static String version(JsonNode object) {
        return text(object, "metadata", "resourceVersion");
    }

    static SortedMap<String, String> labels(JsonNode object) {
        return texts(at(object, "metadata", "labels"));
    }

    static String annotation(JsonNode object, String name) {
        return text(object, "metadata", "annotations", name);
    }

    /// Whether it is about to go.
    static boolean isLeaving(JsonNode object) {
        return !text(object, "metadata", "deletionTimestamp").isEmpty();
    }

    /// The condition of that type; a missing node where it has none.
    static JsonNode condition(JsonNode object, String type) {
        return each(at(object, "status", "conditions"))
                .filter(one -> text(one, "type").equals(type))
                .findFirst()
                .orElse(object.path("there is none"));
    }

    static boolean holds(JsonNode object, String condition) {
        return text(condition(object, condition), "status").equals("True");
    }

    /// Makes an object go with another one.
    ///
    /// @param owner as the cluster has it
    /// @param kind what the owner is, as `Deployment`
    static void own(ObjectNode object, JsonNode owner, Resource of, String kind) {
        in(object, "metadata")
                .putArray("ownerReferences")
                .addObject()
                .put("apiVersion", of.apiVersion())
                .put("kind", kind)
                .put("name", name(owner))
                .put("uid", uid(owner));
    }

    /// The object there, made where it is missing.
    static ObjectNode in(ObjectNode node, String... path) {
        ObjectNode at = node;
        for (String step : path) {
            at = at.path(step) instanceof ObjectNode below ? below : at.putObject(step);
        }
        return at;
    }
}
