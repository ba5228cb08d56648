package dev.belay.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what [JsonOut] wrote. Keys that are not asked for are ignored, so that a newer writer may
/// add some; a key that is missing or of another type is an [IllegalArgumentException] that names
/// it.
record JsonIn(JsonNode node) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    static JsonIn read(String text) {
        try {
            return new JsonIn(MAPPER.readTree(text));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    JsonIn at(String key) {
        return new JsonIn(child(key));
    }

    boolean has(String key) {
        return node.has(key);
    }

    boolean isString() {
        return node.isString();
    }

    String string() {
        if (!node.isString()) {
            throw new IllegalArgumentException("not a text: " + node);
        }
        return node.stringValue();
    }

    String string(String key) {
        JsonNode child = child(key);
        if (!child.isString()) {
            throw new IllegalArgumentException("`" + key + "` is not a text");
        }
        return child.stringValue();
    }

    long number(String key) {
        JsonNode child = child(key);
        if (!child.isIntegralNumber() || !child.canConvertToLong()) {
            throw new IllegalArgumentException("`" + key + "` is not a whole number");
        }
        return child.longValue();
    }

    int count(String key) {
        return Math.toIntExact(number(key));
    }

    boolean truth(String key) {
        JsonNode child = child(key);
        if (!child.isBoolean()) {
            throw new IllegalArgumentException("`" + key + "` is not true or false");
        }
        return child.booleanValue();
    }

    Duration time(String key) {
        return Duration.parse(string(key));
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        return Enum.valueOf(type, string(key));
    }

    <T> List<T> list(String key, Function<JsonIn, T> each) {
        JsonNode child = child(key);
        if (!child.isArray()) {
            throw new IllegalArgumentException("`" + key + "` is not a list");
        }
        var values = new ArrayList<T>(child.size());
        child.values().forEach(value -> values.add(each.apply(new JsonIn(value))));
        return values;
    }

    List<String> strings(String key) {
        return list(key, JsonIn::string);
    }

    Set<String> set(String key) {
        return new LinkedHashSet<>(strings(key));
    }

    Set<Integer> numbers(String key) {
        return new LinkedHashSet<>(list(key, value -> Math.toIntExact(value.node.longValue())));
    }

    <T> Map<String, T> map(String key, Function<JsonIn, T> each) {
        JsonNode child = child(key);
        if (!child.isObject()) {
            throw new IllegalArgumentException("`" + key + "` is not an object");
        }
        var values = new LinkedHashMap<String, T>();
        child.properties()
                .forEach(entry ->
                        values.put(entry.getKey(), each.apply(new JsonIn(entry.getValue()))));
        return values;
    }

    Map<String, String> stringMap(String key) {
        return map(key, JsonIn::string);
    }

    Map<String, Integer> numberMap(String key) {
        return map(key, value -> Math.toIntExact(value.node.longValue()));
    }

    private JsonNode child(String key) {
        @Nullable JsonNode child = node.get(key);
        if (child == null) {
            throw new IllegalArgumentException("`" + key + "` is missing");
        }
        return child;
    }
}
