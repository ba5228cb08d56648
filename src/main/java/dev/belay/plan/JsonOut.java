package dev.belay.plan;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes canonical JSON: no white space, keys in order. Whoever writes an object names its keys in
/// alphabetical order; a test reads every variant back and looks.
final class JsonOut {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private JsonOut(JsonGenerator json) {
        this.json = json;
    }

    static byte[] write(Consumer<JsonOut> value) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            value.accept(new JsonOut(json));
        }
        return bytes.toByteArray();
    }

    static String text(Consumer<JsonOut> value) {
        return new String(write(value), StandardCharsets.UTF_8);
    }

    JsonOut open() {
        json.writeStartObject();
        return this;
    }

    void close() {
        json.writeEndObject();
    }

    JsonOut put(String key, String value) {
        json.writeStringProperty(key, value);
        return this;
    }

    JsonOut put(String key, long value) {
        json.writeNumberProperty(key, value);
        return this;
    }

    JsonOut put(String key, boolean value) {
        json.writeBooleanProperty(key, value);
        return this;
    }

    JsonOut put(String key, Duration value) {
        return put(key, value.toString());
    }

    JsonOut put(String key, Enum<?> value) {
        return put(key, value.name());
    }

    /// The value is whatever `rest` writes.
    JsonOut put(String key, Runnable rest) {
        json.writeName(key);
        rest.run();
        return this;
    }

    <T> JsonOut list(String key, Iterable<T> values, Consumer<T> each) {
        json.writeName(key);
        json.writeStartArray();
        values.forEach(each);
        json.writeEndArray();
        return this;
    }

    JsonOut strings(String key, Iterable<String> values) {
        return list(key, values, json::writeString);
    }

    /// A set has no order of its own.
    JsonOut set(String key, Collection<String> values) {
        return strings(key, new TreeSet<>(values));
    }

    JsonOut numbers(String key, Collection<Integer> values) {
        return list(key, new TreeSet<>(values), (Integer n) -> json.writeNumber(n.intValue()));
    }

    <T> JsonOut map(String key, Map<String, T> values, Consumer<T> each) {
        json.writeName(key);
        json.writeStartObject();
        new TreeMap<>(values)
                .forEach((name, value) -> {
                    json.writeName(name);
                    each.accept(value);
                });
        json.writeEndObject();
        return this;
    }

    JsonOut strings(String key, Map<String, String> values) {
        return map(key, values, json::writeString);
    }

    JsonOut numbers(String key, Map<String, Integer> values) {
        return map(key, values, (Integer n) -> json.writeNumber(n.intValue()));
    }
}
