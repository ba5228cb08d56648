package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Nearest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A map with known keys: one section of the manual. Unknown keys are complained about, except
/// those that start with `x-`.
///
/// @param name of the section
/// @param about what the section is for
/// @param example YAML of this shape, checked by a test
/// @param oneOf keys of which exactly one must be there; empty when there is no such rule
/// @param sorts what the values of one key rule out, for editors; whoever reads the section checks
///   it
public record Fields<T>(
        String name,
        String about,
        String example,
        SequencedMap<String, Key<?>> keys,
        List<String> oneOf,
        Sorts sorts,
        Function<Row, T> reader)
        implements Shape<T> {
    /// One key says which of the others make sense.
    ///
    /// @param without value of that key to the keys that do not go with it
    record Sorts(String key, SortedMap<String, List<String>> without) {
        static final Sorts NONE = new Sorts("", new TreeMap<>());
    }

    public static <T> Fields<T> of(
            String name,
            String about,
            String example,
            List<Key<?>> keys,
            List<String> oneOf,
            Function<Row, T> reader) {
        SequencedMap<String, Key<?>> byName = new LinkedHashMap<>();
        for (Key<?> key : keys) {
            if (byName.put(key.name(), key) != null) {
                throw new IllegalArgumentException(name + " has `" + key.name() + "` twice");
            }
        }
        return new Fields<>(
                name,
                about,
                example,
                Collections.unmodifiableSequencedMap(byName),
                List.copyOf(oneOf),
                Sorts.NONE,
                reader);
    }

    /// The same section, of sorts.
    ///
    /// @param without value of `key` to the keys that do not go with it
    public Fields<T> sortedBy(String key, Map<String, List<String>> without) {
        var sorted = new Sorts(key, new TreeMap<>(without));
        return new Fields<>(name, about, example, keys, oneOf, sorted, reader);
    }

    @Override
    public void check(Node node, String called, Check check) {
        if (!(node instanceof Node.Mapping map)) {
            check.add(
                    Code.WRONG_TYPE,
                    node.mark(),
                    "`" + called + "` must be " + type() + ", not " + node.description(),
                    "see `belay docs " + name + "`");
            return;
        }
        map.entries().forEach((key, entry) -> checkEntry(key, entry, check));
        checkOneOf(map, called, check);
        if (check.whole()) {
            checkRequired(map, called, check);
        }
    }

    private void checkEntry(String text, Node.Entry entry, Check check) {
        Key<?> key = keys.get(text);
        if (key == null) {
            if (!text.startsWith("x-") && !check.complaints().isFull()) {
                check.add(
                        Code.UNKNOWN_KEY,
                        entry.key(),
                        "`" + name + "` has no key `" + text + "`",
                        Nearest.hint(text, keys.keySet()));
            }
            return;
        }
        if (check.whole() || !entry.value().isNull()) {
            key.shape().check(entry.value(), text, check);
        }
        if (key.notYet()) {
            check.notYet(entry.key(), "`" + text + "`");
        }
    }

    private void checkOneOf(Node.Mapping map, String called, Check check) {
        List<Node.Entry> found = new ArrayList<>();
        map.entries()
                .forEach((key, entry) -> {
                    if (oneOf.contains(key) && !entry.value().isNull()) {
                        found.add(entry);
                    }
                });
        String words = oneOf.stream().map(k -> "`" + k + "`").collect(Collectors.joining(", "));
        if (found.size() > 1) {
            check.add(
                    Code.ONE_OF,
                    found.getLast().key(),
                    "`" + called + "` must have one of " + words + ", not several",
                    "an inherited one is removed by `null`");
        } else if (found.isEmpty() && !oneOf.isEmpty() && check.whole()) {
            check.add(Code.ONE_OF, map.mark(), "`" + called + "` must have one of " + words, "");
        }
    }

    private void checkRequired(Node.Mapping map, String called, Check check) {
        for (Key<?> key : keys.values()) {
            if (key.required() && map.get(key.name()) == null) {
                check.add(
                        Code.MISSING_KEY,
                        map.mark(),
                        "`" + called + "` must have `" + key.name() + "`",
                        "add `" + key.name() + ":`, " + key.shape().type());
            }
        }
    }

    @Override
    public T read(Node node) {
        return reader.apply(new Row((Node.Mapping) node));
    }

    @Override
    public String type() {
        return "keys and values (`" + name + "`)";
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("$ref", "#/$defs/" + name);
    }

    /// What the reference points at.
    Map<String, Object> definition() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Key<?> key : keys.values()) {
            Map<String, Object> property = new LinkedHashMap<>();
            property.put("description", key.about());
            property.putAll(orNull(key.shape().schema()));
            properties.put(key.name(), property);
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("description", about);
        schema.put("properties", properties);
        schema.put("patternProperties", Map.of("^x-", Map.of()));
        schema.put("additionalProperties", false);
        if (!sorts.without().isEmpty()) {
            schema.put("allOf", ruledOut());
        }
        return schema;
    }

    private List<Map<String, Object>> ruledOut() {
        List<Map<String, Object>> rules = new ArrayList<>();
        sorts.without()
                .forEach((value, absent) -> {
                    Map<String, Object> none = new LinkedHashMap<>();
                    absent.forEach(key -> none.put(key, false));
                    rules.add(
                            Map.of(
                                    "if",
                                    Map.of(
                                            "properties",
                                            Map.of(sorts.key(), Map.of("const", value)),
                                            "required",
                                            List.of(sorts.key())),
                                    "then",
                                    Map.of("properties", none)));
                });
        return rules;
    }

    /// `null` removes what is inherited, so it is allowed wherever a key is.
    static Map<String, Object> orNull(Map<String, Object> schema) {
        return schema.isEmpty() ? schema : Map.of("anyOf", List.of(schema, Map.of("type", "null")));
    }

    @Override
    public List<Shape<?>> parts() {
        return keys.values().stream().<Shape<?>>map(Key::shape).toList();
    }

    /// Every section from here down, this one first.
    public static void gather(Shape<?> shape, SequencedSet<Fields<?>> into) {
        if (!(shape instanceof Fields<?> section) || into.add(section)) {
            shape.parts().forEach(part -> gather(part, into));
        }
    }
}
