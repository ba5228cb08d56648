package dev.belay.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Facts as JSON, the same for the same; durations as `PT90S`.
final class FactsJson {
    private FactsJson() {}

    static String text(Map<String, ?> facts) {
        return JsonMapper.shared().writeValueAsString(plain(facts));
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Duration time -> time.toString();
            case Map<?, ?> map -> {
                Map<String, Object> all = new LinkedHashMap<>();
                new TreeMap<>(map).forEach((key, one) -> all.put(String.valueOf(key), plain(one)));
                yield all;
            }
            case List<?> list -> list.stream().map(FactsJson::plain).toList();
            default -> value;
        };
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
