package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Node;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// Values by names that the author chose.
record MapOf<T>(Shape<String> key, Shape<T> value, int most)
        implements Shape<SequencedMap<String, T>> {
    @Override
    public void check(Node node, String name, Check check) {
        if (!(node instanceof Node.Mapping map)) {
            check.add(
                    Code.WRONG_TYPE,
                    node.mark(),
                    "`" + name + "` must be " + type() + ", not " + node.description(),
                    "");
            return;
        }
        if (map.entries().size() > most) {
            check.add(
                    Code.WRONG_VALUE,
                    map.mark(),
                    "`" + name + "` must have at most " + most + " names",
                    "");
        }
        map.entries()
                .forEach((text, entry) -> {
                    key.check(new Node.Scalar(entry.key(), Node.Kind.TEXT, text), text, check);
                    if (check.whole() || !entry.value().isNull()) {
                        value.check(entry.value(), text, check);
                    }
                });
    }

    @Override
    public SequencedMap<String, T> read(Node node) {
        SequencedMap<String, T> values = new LinkedHashMap<>();
        ((Node.Mapping) node).entries().forEach((k, e) -> values.put(k, value.read(e.value())));
        return Collections.unmodifiableSequencedMap(values);
    }

    @Override
    public String type() {
        return "names, each with " + value.type();
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("propertyNames", key.schema());
        schema.put("additionalProperties", Fields.orNull(value.schema()));
        return schema;
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(key, value);
    }
}
