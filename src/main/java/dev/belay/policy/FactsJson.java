package dev.belay.policy;

import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Facts as JSON, the same for the same; durations as `PT90S`.
final class FactsJson {
    private static final int INITIAL_CHARACTERS = 512;

    private FactsJson() {}

    static String text(Map<String, ?> facts) {
        var text = new StringWriter(INITIAL_CHARACTERS);
        try (JsonGenerator out = JsonMapper.shared().createGenerator(text)) {
            write(facts, out);
        }
        return text.toString();
    }

    private static void write(Object value, JsonGenerator out) {
        switch (value) {
            case String one -> out.writeString(one);
            case Boolean one -> out.writeBoolean(one);
            case Long one -> out.writeNumber(one);
            case Duration time -> out.writeString(time.toString());
            case Map<?, ?> map -> {
                out.writeStartObject();
                sorted(map)
                        .forEach((key, one) -> {
                            out.writeName(String.valueOf(key));
                            write(one, out);
                        });
                out.writeEndObject();
            }
            case List<?> list -> {
                out.writeStartArray();
                list.forEach(one -> write(one, out));
                out.writeEndArray();
            }
            default -> throw new IllegalArgumentException(value.getClass().getName());
        }
    }

    /// Those of [Fill] are.
    private static Map<?, ?> sorted(Map<?, ?> map) {
        return map instanceof SortedMap<?, ?> one && one.comparator() == null
                ? one
                : new TreeMap<>(map);
    }

    /// Reads what [#text] wrote. What is not there stays away: a rule that looks at it cannot be
    /// decided.
    ///
    /// @throws IllegalArgumentException when it is nothing of that kind
    static SortedMap<String, Object> read(String text, Model.Structure structure) {
        try {
            return read(JsonMapper.shared().readTree(text), structure);
        } catch (tools.jackson.core.JacksonException e) {
            throw new IllegalArgumentException("no facts: " + e.getOriginalMessage(), e);
        }
    }

    private static SortedMap<String, Object> read(JsonNode node, Model.Structure structure) {
        var all = new TreeMap<String, Object>();
        for (Model.Field field : structure.fields().values()) {
            JsonNode value = node.path(field.name());
            if (!value.isMissingNode()) {
                all.put(field.name(), read(value, field));
            }
        }
        return all;
    }

    private static Object read(JsonNode value, Model.Field field) {
        Model.Structure of = field.of();
        return switch (field.type()) {
            case TEXT -> value.asString();
            case TRUTH -> value.asBoolean();
            case NUMBER -> value.asLong();
            case TIME -> Duration.parse(value.asString());
            case TEXTS -> {
                var all = new ArrayList<String>();
                value.forEach(one -> all.add(one.asString()));
                yield all;
            }
            case ONE -> read(value, Objects.requireNonNull(of));
            case MANY -> {
                var all = new ArrayList<Object>();
                value.forEach(one -> all.add(read(one, Objects.requireNonNull(of))));
                yield all;
            }
        };
    }
}
