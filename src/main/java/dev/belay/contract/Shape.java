package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What several schemas say together, with every `allOf` and reference opened: the same promise has
/// the same shape, however it was written.
final class Shape {
    /// A number that is no integer is `number`; `integer` alone is a part of it.
    static final Set<String> EVERY_TYPE =
            Set.of("array", "boolean", "integer", "null", "number", "object", "string");

    /// A bound of a keyword, as `minimum`.
    record Bound(BigDecimal value, boolean exclusive, Mark mark) {}

    /// Kinds of a value of which one must fit: a `oneOf` or an `anyOf`.
    record Union(List<Node> kinds, Mark mark) {}

    /// A property as all of the schemas together see it.
    record Property(List<Node> schemas, Mark mark) {}

    Set<String> types = EVERY_TYPE;
    boolean readOnly;
    boolean writeOnly;

    /// Whether properties that no schema names are refused.
    boolean closed;

    /// What properties that no schema names must be.
    final List<Node> extra = new ArrayList<>();

    /// The only values, as canonical text, with where each is written; null when there are others.
    @Nullable Map<String, Mark> values;

    final Map<String, Property> properties = new LinkedHashMap<>();
    final Map<String, Mark> required = new LinkedHashMap<>();
    final List<Node> items = new ArrayList<>();
    final Map<String, Bound> least = new TreeMap<>();
    final Map<String, Bound> most = new TreeMap<>();
    final Map<String, Mark> patterns = new TreeMap<>();
    final Map<String, Mark> formats = new TreeMap<>();
    final List<Union> unions = new ArrayList<>();

    /// By keyword, what nothing here understands, as canonical text.
    final Map<String, String> opaque = new TreeMap<>();

    String discriminator = "";
    @Nullable String fallback;
    Mark mark;

    Shape(Mark mark) {
        this.mark = mark;
    }

    void onlyTypes(Set<String> some) {
        var both = new TreeSet<>(types);
        both.retainAll(some);
        types = both;
    }

    void onlyValues(Map<String, Mark> some) {
        if (values == null) {
            values = new LinkedHashMap<>(some);
        } else {
            values.keySet().retainAll(some.keySet());
        }
    }

    void atLeast(String keyword, Bound bound) {
        least.merge(keyword, bound, (a, b) -> tighter(a, b, 1));
    }

    void atMost(String keyword, Bound bound) {
        most.merge(keyword, bound, (a, b) -> tighter(a, b, -1));
    }

    void property(String name, List<Node> schemas, Mark at) {
        properties.merge(
                name,
                new Property(schemas, at),
                (a, b) -> new Property(joined(a.schemas(), b.schemas()), a.mark()));
    }

    /// All that another shape asks for, too.
    void and(Shape other) {
        onlyTypes(other.types);
        readOnly |= other.readOnly;
        writeOnly |= other.writeOnly;
        closed |= other.closed;
        join(extra, other.extra);
        if (other.values != null) {
            onlyValues(other.values);
        }
        other.properties.forEach((name, one) -> property(name, one.schemas(), one.mark()));
        other.required.forEach(required::putIfAbsent);
        join(items, other.items);
        other.least.forEach(this::atLeast);
        other.most.forEach(this::atMost);
        patterns.putAll(other.patterns);
        formats.putAll(other.formats);
        unions.addAll(other.unions);
        other.opaque.forEach((key, text) -> opaque.merge(key, text, (a, b) -> a + " " + b));
        if (discriminator.isEmpty()) {
            discriminator = other.discriminator;
        }
        if (fallback == null) {
            fallback = other.fallback;
        }
    }

    /// The same without its first union.
    Shape withoutUnion() {
        var copy = new Shape(mark);
        copy.and(this);
        copy.unions.removeFirst();
        return copy;
    }

    /// Whether it asks for nothing but one of a few values.
    boolean isOfValues() {
        return values != null
                && properties.isEmpty()
                && items.isEmpty()
                && unions.isEmpty()
                && opaque.isEmpty();
    }

    /// Whether nothing but `null` fits.
    boolean isNull() {
        return types.equals(Set.of("null")) && unions.isEmpty();
    }

    private static Bound tighter(Bound a, Bound b, int sign) {
        int compared = a.value().compareTo(b.value()) * sign;
        return compared != 0 ? (compared > 0 ? a : b) : a.exclusive() ? a : b;
    }

    private static List<Node> joined(List<Node> a, List<Node> b) {
        var all = new ArrayList<>(a);
        join(all, b);
        return all;
    }

    private static void join(List<Node> all, List<Node> more) {
        for (Node one : more) {
            if (all.stream().map(Same::new).noneMatch(new Same(one)::equals)) {
                all.add(one);
            }
        }
    }
}
