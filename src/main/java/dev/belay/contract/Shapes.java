package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Makes shapes of schemas: JSON Schema as OpenAPI 3.0, 3.1 and AsyncAPI have it.
final class Shapes {
    private static final int DEPTH_MAX = 20;
    private static final int PARTS_MAX = 1_000;

    private static final Set<String> LEAST =
            Set.of("minimum", "minLength", "minItems", "minProperties", "minContains");
    private static final Set<String> MOST =
            Set.of("maximum", "maxLength", "maxItems", "maxProperties", "maxContains");

    /// What says nothing about which values fit.
    private static final Set<String> SILENT =
            Set.of(
                    "$ref",
                    "$id",
                    "$schema",
                    "$anchor",
                    "$comment",
                    "$defs",
                    "definitions",
                    "title",
                    "description",
                    "example",
                    "examples",
                    "deprecated",
                    "externalDocs",
                    "xml",
                    "nullable",
                    "exclusiveMinimum",
                    "exclusiveMaximum",
                    "discriminator",
                    "contentMediaType",
                    "contentEncoding",
                    "contentSchema");

    private final Documents documents;

    Shapes(Documents documents) {
        this.documents = documents;
    }

    /// What these say together; of nothing, that anything fits.
    Shape of(List<Node> schemas, Mark mark) {
        return of(schemas, mark, 0);
    }

    private Shape of(List<Node> schemas, Mark mark, int depth) {
        var shape =
                new Shape(schemas.isEmpty() ? mark : documents.resolved(schemas.getFirst()).mark());
        Deque<Node> open = new ArrayDeque<>(schemas);
        Set<Same> seen = new HashSet<>();
        while (!open.isEmpty() && seen.size() < PARTS_MAX) {
            Node node = open.pop();
            if (!seen.add(new Same(node))) {
                continue;
            }
            Node target = documents.target(node);
            if (target != null) {
                open.push(target);
            }
            switch (node) {
                case Node.Scalar text -> {
                    if (text.text().equals("false")) {
                        shape.onlyTypes(Set.of());
                    }
                }
                case Node.Sequence _ -> {}
                case Node.Mapping map -> {
                    part(map, shape);
                    items(map.get("allOf")).forEach(open::add);
                    unions(map, shape, open, depth);
                }
            }
        }
        return shape;
    }

    private static void part(Node.Mapping map, Shape shape) {
        Node type = map.get("type");
        if (type != null) {
            shape.onlyTypes(types(type, isTrue(map.get("nullable"))));
        }
        if (map.get("enum") != null) {
            values(items(map.get("enum")), isTrue(map.get("nullable")), shape);
        }
        map.entries().forEach((key, entry) -> keyword(key, entry, shape));
        bound(map, "exclusiveMinimum", "minimum", shape);
        bound(map, "exclusiveMaximum", "maximum", shape);
        if (map.get("discriminator") instanceof Node.Mapping by
                && by.get("propertyName") instanceof Node.Scalar name) {
            shape.discriminator = name.text();
        } else if (map.get("discriminator") instanceof Node.Scalar name) {
            shape.discriminator = name.text();
        }
    }

    private static void keyword(String key, Node.Entry entry, Shape shape) {
        Node value = entry.value();
        switch (key) {
            case "type", "enum", "allOf", "oneOf", "anyOf" -> {}
            case "const" -> values(List.of(value), false, shape);
            case "properties" -> {
                if (value instanceof Node.Mapping map) {
                    map.entries()
                            .forEach((name, one) ->
                                    shape.property(name, List.of(one.value()), one.key()));
                }
            }
            case "required" ->
                    items(value)
                            .forEach(name -> {
                                if (name instanceof Node.Scalar text) {
                                    shape.required.putIfAbsent(text.text(), text.mark());
                                }
                            });
            case "additionalProperties", "unevaluatedProperties" -> {
                if (value instanceof Node.Scalar) {
                    shape.closed |= !isTrue(value);
                } else {
                    shape.extra.add(value);
                }
            }
            case "items" -> shape.items.add(value);
            case "pattern" -> shape.patterns.put(text(value), value.mark());
            case "format" -> shape.formats.put(text(value), value.mark());
            case "readOnly" -> shape.readOnly |= isTrue(value);
            case "writeOnly" -> shape.writeOnly |= isTrue(value);
            case "default" -> shape.fallback = Canonical.of(value);
            default -> {
                if (LEAST.contains(key) || MOST.contains(key)) {
                    bound(key, value, false, shape);
                } else if (!SILENT.contains(key) && !key.startsWith("x-")) {
                    String said = Canonical.of(value);
                    shape.opaque.merge(key, said, (a, b) -> a.equals(b) ? a : a + " " + b);
                }
            }
        }
    }

    /// @param nullable whether `null` goes without being named, as OpenAPI 3.0 is mostly written
    private static void values(List<Node> some, boolean nullable, Shape shape) {
        Map<String, Mark> values = new LinkedHashMap<>();
        Set<String> types = new TreeSet<>();
        if (nullable && !some.isEmpty()) {
            values.put("null", some.getFirst().mark());
            types.add("null");
        }
        for (Node one : some) {
            values.putIfAbsent(Canonical.of(one), one.mark());
            types.addAll(typesOf(one));
        }
        shape.onlyValues(values);
        shape.onlyTypes(types);
    }

    private static Set<String> typesOf(Node value) {
        return switch (value) {
            case Node.Mapping _ -> Set.of("object");
            case Node.Sequence _ -> Set.of("array");
            case Node.Scalar scalar ->
                    switch (scalar.kind()) {
                        case TEXT -> Set.of("string");
                        case BOOLEAN -> Set.of("boolean");
                        case NULL -> Set.of("null");
                        case INTEGER, DECIMAL -> Set.of("integer", "number");
                    };
        };
    }

    private static Set<String> types(Node type, boolean nullable) {
        var types = new TreeSet<String>();
        List<Node> written = type instanceof Node.Scalar ? List.of(type) : items(type);
        for (Node one : written) {
            String name = text(one).isEmpty() ? "null" : text(one);
            types.add(name);
            if (name.equals("number")) {
                types.add("integer");
            }
        }
        if (nullable) {
            types.add("null");
        }
        return types;
    }

    /// OpenAPI 3.0 says with `true` that the bound beside it is exclusive, 3.1 names a number.
    private static void bound(Node.Mapping map, String exclusive, String plain, Shape shape) {
        Node said = map.get(exclusive);
        if (said instanceof Node.Scalar scalar) {
            boolean flag = scalar.kind() == Node.Kind.BOOLEAN;
            Node value = flag ? (isTrue(said) ? map.get(plain) : null) : said;
            if (value != null) {
                bound(plain, value, true, shape);
            }
        }
    }

    private static void bound(String keyword, Node value, boolean exclusive, Shape shape) {
        if (!(value instanceof Node.Scalar scalar) || scalar.text().length() > 40) {
            return;
        }
        try {
            var number = new BigDecimal(scalar.text());
            if (Math.abs((long) number.scale()) > 400) {
                return;
            }
            if (number.signum() == 0 && keyword.startsWith("min") && !keyword.equals("minimum")) {
                // `minLength: 0` says nothing.
                return;
            }
            var bound = new Shape.Bound(number, exclusive, value.mark());
            if (MOST.contains(keyword)) {
                shape.atMost(keyword, bound);
            } else {
                shape.atLeast(keyword, bound);
            }
        } catch (NumberFormatException _) {
            shape.opaque.put(keyword, scalar.text());
        }
    }

    /// Those that say the same as something simpler become that: one kind beside `null`, one kind
    /// alone, kinds that are but values.
    private void unions(Node.Mapping map, Shape shape, Deque<Node> open, int depth) {
        for (String keyword : List.of("oneOf", "anyOf")) {
            List<Node> kinds = items(map.get(keyword));
            if (kinds.isEmpty()) {
                continue;
            }
            if (kinds.size() == 1) {
                open.add(kinds.getFirst());
            } else if (depth >= DEPTH_MAX || !simplified(kinds, shape, depth)) {
                shape.unions.add(new Shape.Union(kinds, kinds.getFirst().mark()));
            }
        }
    }

    private boolean simplified(List<Node> kinds, Shape shape, int depth) {
        var others = new ArrayList<Shape>();
        for (Node kind : kinds) {
            Shape one = of(List.of(kind), kind.mark(), depth + 1);
            if (!one.isNull()) {
                others.add(one);
            }
        }
        boolean nullable = others.size() < kinds.size();
        if (others.size() == 1 && nullable) {
            shape.and(orNull(others.getFirst()));
            return true;
        }
        if (others.stream().allMatch(Shape::isOfValues)) {
            var all = new Shape(shape.mark);
            all.types = new TreeSet<>();
            Map<String, Mark> values = new LinkedHashMap<>();
            for (Shape one : others) {
                all.types.addAll(one.types);
                if (one.values != null) {
                    one.values.forEach(values::putIfAbsent);
                }
            }
            all.values = values;
            shape.and(nullable ? orNull(all) : all);
            return true;
        }
        return false;
    }

    private static Shape orNull(Shape shape) {
        var types = new TreeSet<>(shape.types);
        types.add("null");
        shape.types = types;
        if (shape.values != null) {
            shape.values.putIfAbsent("null", shape.mark);
        }
        return shape;
    }

    /// What a schema is met again by: one that only refers to another is that one.
    Same key(Node node) {
        boolean refers = node instanceof Node.Mapping map && map.entries().size() == 1;
        return new Same(refers ? documents.resolved(node) : node);
    }

    /// Of a union, what each of its kinds is together with what is said beside it.
    List<Kind> kinds(Shape shape) {
        if (shape.unions.isEmpty()) {
            return List.of(new Kind("", shape, shape.mark));
        }
        Shape rest = shape.withoutUnion();
        var kinds = new ArrayList<Kind>();
        for (Node node : shape.unions.getFirst().kinds()) {
            Shape one = of(List.of(node), node.mark(), 1);
            Shape both = new Shape(one.mark);
            both.and(rest);
            both.and(one);
            kinds.add(new Kind(name(node), both, node.mark()));
        }
        return kinds;
    }

    /// One kind of a union.
    ///
    /// @param name as it is referred to; empty when it is written in place
    record Kind(String name, Shape shape, Mark mark) {}

    private static String name(Node node) {
        Node.Scalar reference = Documents.reference(node);
        if (reference != null) {
            return reference.text().substring(reference.text().lastIndexOf('/') + 1);
        }
        return node instanceof Node.Mapping map && map.get("title") instanceof Node.Scalar title
                ? title.text()
                : "";
    }

    static List<Node> items(@org.jspecify.annotations.Nullable Node node) {
        return node instanceof Node.Sequence list ? list.items() : List.of();
    }

    static String text(Node node) {
        return node instanceof Node.Scalar scalar ? scalar.text() : "";
    }

    static boolean isTrue(@org.jspecify.annotations.Nullable Node node) {
        return node instanceof Node.Scalar scalar && scalar.text().equals("true");
    }

    /// Trees as text, the same whatever the order of keys and the way to write them.
    static final class Canonical {
        private static final int MAX = 20_000;

        private Canonical() {}

        static String of(Node node) {
            var out = new StringBuilder();
            write(node, out);
            return out.toString();
        }

        private static void write(Node node, StringBuilder out) {
            if (out.length() > MAX) {
                return;
            }
            switch (node) {
                case Node.Scalar scalar -> out.append(of(scalar));
                case Node.Sequence list -> {
                    out.append('[');
                    list.items()
                            .forEach(item -> {
                                write(item, out);
                                out.append(',');
                            });
                    out.append(']');
                }
                case Node.Mapping map -> {
                    out.append('{');
                    new TreeMap<>(map.entries())
                            .forEach((key, entry) -> {
                                out.append('"').append(key).append("\":");
                                write(entry.value(), out);
                                out.append(',');
                            });
                    out.append('}');
                }
            }
        }

        private static String of(Node.Scalar scalar) {
            return switch (scalar.kind()) {
                case TEXT -> '"' + scalar.text() + '"';
                case NULL -> "null";
                case BOOLEAN -> scalar.text().toLowerCase(java.util.Locale.ROOT);
                case INTEGER, DECIMAL -> number(scalar.text());
            };
        }

        private static String number(String text) {
            try {
                var number = new BigDecimal(text).stripTrailingZeros();
                return Math.abs((long) number.scale()) > 400 ? text : number.toPlainString();
            } catch (NumberFormatException _) {
                return text;
            }
        }
    }
}
