package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Compares schemas by what fits them, not by how they are written. What is received may fit more
/// than before, what is sent may not.
final class SchemaComparison {
    private static final int DEPTH_MAX = 100;
    private static final int STEPS_MAX = 400_000;

    private final Shapes before;
    private final Shapes after;

    /// What was compared, and found to be the same all the way down.
    private final Set<Pair> same = new HashSet<>();

    private Set<Pair> open = new HashSet<>();
    private int steps;

    SchemaComparison(Documents before, Documents after) {
        this.before = new Shapes(before);
        this.after = new Shapes(after);
    }

    /// Two schemas that were or are being compared: who meets them again needs not compare again.
    private record Pair(List<Same> before, List<Same> after, Flow flow) {}

    /// Where values are, for sentences.
    ///
    /// @param at as an exception names it
    /// @param of what they are in: "the request", "response 200"
    /// @param lenient whether who receives is known to pass over kinds that they do not know, as of
    ///   streams of events
    record Where(String at, String of, Flow flow, boolean lenient) {}

    /// Compares what is received or sent at one place. A schema that is not there lets anything
    /// fit.
    void compare(@Nullable Node was, @Nullable Node now, Mark mark, Where where, Findings found) {
        open = new HashSet<>();
        int known = found.size();
        List<Node> older = was == null ? List.of() : List.of(was);
        List<Node> newer = now == null ? List.of() : List.of(now);
        new Walk(where, found).compare(older, newer, mark, "", 0);
        if (found.size() == known) {
            same.addAll(open);
        }
    }

    private final class Walk {
        private final Where where;
        private final Flow flow;
        private final Findings found;

        Walk(Where where, Findings found) {
            this.where = where;
            this.flow = where.flow();
            this.found = found;
        }

        void compare(List<Node> was, List<Node> now, Mark mark, String path, int depth) {
            var pair = new Pair(keys(was, before), keys(now, after), flow);
            if (same.contains(pair) || !open.add(pair)) {
                return;
            }
            if (depth > DEPTH_MAX || ++steps > STEPS_MAX) {
                found.now(
                        Weight.BREAKING,
                        Rule.TOO_LARGE,
                        where.at(),
                        named(path) + " is too deep or too large to be compared to its end",
                        mark);
                return;
            }
            Shape older = before.of(was, mark);
            Shape newer = after.of(now, mark);
            if (now.isEmpty()) {
                newer.mark = mark;
            }
            compare(older, newer, path, depth);
        }

        void compare(Shape was, Shape now, String path, int depth) {
            if (depth > DEPTH_MAX) {
                return;
            }
            if (was.unions.isEmpty() && now.unions.isEmpty()) {
                new Flat(was, now, path, depth).compare();
            } else {
                new Kinds(was, now, path, depth).compare();
            }
        }

        private Walk trial(Findings into) {
            return new Walk(where, into);
        }

        private String named(String path) {
            return path.isEmpty() ? where.of() : "`%s` of %s".formatted(path, where.of());
        }

        /// A union against another, or against one kind alone.
        private final class Kinds {
            private final Shape was;
            private final Shape now;
            private final String path;
            private final int depth;
            private final List<Shapes.Kind> older;
            private final List<Shapes.Kind> newer;

            Kinds(Shape was, Shape now, String path, int depth) {
                this.was = was;
                this.now = now;
                this.path = path;
                this.depth = depth;
                this.older = before.kinds(was);
                this.newer = after.kinds(now);
            }

            void compare() {
                if (!was.discriminator.equals(now.discriminator)
                        && !was.discriminator.isEmpty()
                        && !now.discriminator.isEmpty()) {
                    found.now(
                            Weight.BREAKING,
                            Rule.DISCRIMINATOR_CHANGED,
                            where.at(),
                            "kinds of %s are told apart by `%s`, and no longer by `%s`"
                                    .formatted(named(path), now.discriminator, was.discriminator),
                            now.mark);
                }
                boolean received = flow == Flow.RECEIVED;
                List<Shapes.Kind> demanded = received ? older : newer;
                List<Shapes.Kind> offered = received ? newer : older;
                for (int i = 0; i < demanded.size(); i++) {
                    demand(demanded.get(i), offered, i, received);
                }
                added(received);
            }

            /// Each kind that clients send must still be taken; each that is sent must be one that
            /// they know.
            private void demand(
                    Shapes.Kind kind, List<Shapes.Kind> offered, int index, boolean received) {
                for (Shapes.Kind candidate : candidates(kind, offered, index)) {
                    var into = new Findings();
                    compare(kind, candidate, received, into);
                    boolean named = !kind.name().isEmpty() && kind.name().equals(candidate.name());
                    if (named || !into.breaks()) {
                        into.inOrder().forEach(found::add);
                        return;
                    }
                }
                if (received) {
                    if (older.size() == 1 && newer.size() > 1) {
                        found.now(
                                Weight.BREAKING,
                                Rule.TYPE_NARROWED,
                                where.at(),
                                named(path)
                                        + " must be one of several kinds now, and what was"
                                        + " taken fits none of them",
                                now.mark);
                        return;
                    }
                    found.was(
                            Weight.BREAKING,
                            Rule.ALTERNATIVE_REMOVED,
                            where.at(),
                            "%s is no longer taken as %s".formatted(named(path), spoken(kind)),
                            kind.mark());
                } else {
                    found.now(
                            where.lenient() ? Weight.DOUBTFUL : Weight.BREAKING,
                            Rule.ALTERNATIVE_ADDED,
                            where.at(),
                            "%s may be %s now, which clients do not know"
                                    .formatted(named(path), spoken(kind)),
                            kind.mark());
                }
            }

            /// What is new to take, and what is sent no longer, harms nobody, and is told.
            private void added(boolean received) {
                List<Shapes.Kind> others = received ? newer : older;
                List<Shapes.Kind> known = received ? older : newer;
                for (Shapes.Kind kind : others) {
                    boolean there =
                            kind.name().isEmpty()
                                    || known.stream()
                                            .anyMatch(one -> one.name().equals(kind.name()));
                    if (!there && others.size() > known.size()) {
                        String what = received ? "%s may be %s, too" : "%s is no longer sent as %s";
                        found.add(
                                new Difference(
                                        Weight.HARMLESS,
                                        received
                                                ? Rule.ALTERNATIVE_ADDED
                                                : Rule.ALTERNATIVE_REMOVED,
                                        where.at(),
                                        what.formatted(named(path), spoken(kind)),
                                        received
                                                ? Spot.now(kind.mark())
                                                : Spot.before(kind.mark())));
                    }
                }
            }

            private void compare(
                    Shapes.Kind kind, Shapes.Kind candidate, boolean received, Findings into) {
                Shape older = received ? kind.shape() : candidate.shape();
                Shape newer = received ? candidate.shape() : kind.shape();
                Set<Pair> kept = open;
                open = new HashSet<>(kept);
                trial(into).compare(older, newer, path, depth + 1);
                if (into.breaks()) {
                    open = kept;
                }
            }

            /// The one of the same name first, then the one at the same place, then the others.
            private static List<Shapes.Kind> candidates(
                    Shapes.Kind kind, List<Shapes.Kind> offered, int index) {
                var sorted = new ArrayList<Shapes.Kind>();
                if (!kind.name().isEmpty()) {
                    offered.stream()
                            .filter(one -> one.name().equals(kind.name()))
                            .forEach(sorted::add);
                }
                if (index < offered.size()) {
                    sorted.add(offered.get(index));
                }
                sorted.addAll(offered);
                return sorted.stream().distinct().toList();
            }

            private static String spoken(Shapes.Kind kind) {
                return kind.name().isEmpty()
                        ? "what line %d says".formatted(kind.mark().line())
                        : "`" + kind.name() + "`";
            }
        }

        /// Two shapes without unions.
        private final class Flat {
            private final Shape was;
            private final Shape now;
            private final String path;
            private final int depth;

            Flat(Shape was, Shape now, String path, int depth) {
                this.was = was;
                this.now = now;
                this.path = path;
                this.depth = depth;
            }

            void compare() {
                if (!types()) {
                    return;
                }
                values();
                bounds();
                words(was.patterns, now.patterns, Rule.PATTERN_CHANGED, "pattern");
                formats();
                if (was.types.contains("object") && now.types.contains("object")) {
                    properties();
                    extra();
                }
                if (was.types.contains("array") && now.types.contains("array")) {
                    Walk.this.compare(was.items, now.items, now.mark, path + "[]", depth + 1);
                }
                opaque();
                if (flow == Flow.RECEIVED && !Objects.equals(was.fallback, now.fallback)) {
                    now(
                            Weight.DOUBTFUL,
                            Rule.DEFAULT_CHANGED,
                            "%s means %s now when nothing is sent, and meant %s"
                                    .formatted(
                                            named(path),
                                            now.fallback == null ? "nothing" : now.fallback,
                                            was.fallback == null ? "nothing" : was.fallback),
                            now.mark);
                }
            }

            /// @return whether there is any type that both have
            private boolean types() {
                var lost = new TreeSet<>(was.types);
                lost.removeAll(now.types);
                var gained = new TreeSet<>(now.types);
                gained.removeAll(was.types);
                var kept = new TreeSet<>(was.types);
                kept.retainAll(now.types);
                if (!lost.isEmpty() && !gained.isEmpty()) {
                    now(
                            Weight.BREAKING,
                            Rule.TYPE_CHANGED,
                            "%s is %s now, and was %s"
                                    .formatted(named(path), spoken(now.types), spoken(was.types)),
                            now.mark);
                } else if (!lost.isEmpty()) {
                    now(
                            flow.narrowed(),
                            Rule.TYPE_NARROWED,
                            lost.equals(Set.of("null"))
                                    ? named(path) + " may not be null any more"
                                    : "%s is %s now, and was %s"
                                            .formatted(
                                                    named(path),
                                                    spoken(now.types),
                                                    spoken(was.types)),
                            now.mark);
                } else if (!gained.isEmpty()) {
                    now(
                            flow.widened(),
                            Rule.TYPE_WIDENED,
                            gained.equals(Set.of("null"))
                                    ? named(path) + " may be null now"
                                    : "%s is %s now, and was %s"
                                            .formatted(
                                                    named(path),
                                                    spoken(now.types),
                                                    spoken(was.types)),
                            now.mark);
                }
                return !kept.isEmpty() || (was.types.isEmpty() && now.types.isEmpty());
            }

            private static String spoken(Set<String> types) {
                if (types.equals(Shape.EVERY_TYPE)) {
                    return "anything";
                }
                List<String> words =
                        types.stream()
                                .filter(type ->
                                        !(type.equals("integer") && types.contains("number")))
                                .map(type -> "`" + type + "`")
                                .toList();
                return words.isEmpty() ? "nothing" : String.join(" or ", words);
            }

            private void values() {
                Map<String, Mark> older = was.values;
                Map<String, Mark> newer = now.values;
                if (older == null && newer == null) {
                    return;
                }
                if (older == null || newer == null) {
                    boolean narrowed = older == null;
                    now(
                            narrowed
                                    ? flow.narrowed()
                                    : flow == Flow.SENT ? Weight.DOUBTFUL : Weight.HARMLESS,
                            narrowed ? Rule.VALUE_REMOVED : Rule.VALUE_ADDED,
                            named(path)
                                    + (narrowed
                                            ? " is one of a few values now"
                                            : " is not one of a few values any more"),
                            now.mark);
                    return;
                }
                older.forEach((value, mark) -> {
                    if (!newer.containsKey(value) && !isGoneWithType(value, now)) {
                        found.was(
                                flow.narrowed(),
                                Rule.VALUE_REMOVED,
                                where.at(),
                                "%s may not be %s any more".formatted(named(path), value),
                                mark);
                    }
                });
                newer.forEach((value, mark) -> {
                    if (!older.containsKey(value) && !isGoneWithType(value, was)) {
                        now(
                                flow == Flow.SENT ? Weight.DOUBTFUL : Weight.HARMLESS,
                                Rule.VALUE_ADDED,
                                "%s may be %s now".formatted(named(path), value),
                                mark);
                    }
                });
            }

            /// That `null` went or came is told of the type.
            private static boolean isGoneWithType(String value, Shape other) {
                return value.equals("null") && !other.types.contains("null");
            }

            private void bounds() {
                bounds(was.least, now.least, 1);
                bounds(was.most, now.most, -1);
            }

            private void bounds(
                    Map<String, Shape.Bound> older, Map<String, Shape.Bound> newer, int sign) {
                var keywords = new TreeSet<>(older.keySet());
                keywords.addAll(newer.keySet());
                for (String keyword : keywords) {
                    if (!applies(keyword)) {
                        continue;
                    }
                    Shape.Bound a = older.get(keyword);
                    Shape.Bound b = newer.get(keyword);
                    int tightened = tightened(a, b, sign);
                    if (tightened != 0) {
                        now(
                                tightened > 0 ? flow.narrowed() : flow.widened(),
                                tightened > 0 ? Rule.LIMIT_NARROWED : Rule.LIMIT_WIDENED,
                                "`%s` of %s is %s now, and was %s"
                                        .formatted(keyword, named(path), spoken(b), spoken(a)),
                                b == null ? now.mark : b.mark());
                    }
                }
            }

            /// What bounds a value of another type bounds nothing.
            private boolean applies(String keyword) {
                String type =
                        keyword.endsWith("Length")
                                ? "string"
                                : keyword.endsWith("Properties")
                                        ? "object"
                                        : keyword.endsWith("imum") ? "integer" : "array";
                return was.types.contains(type) && now.types.contains(type);
            }

            private static int tightened(
                    Shape.@Nullable Bound a, Shape.@Nullable Bound b, int sign) {
                if (a == null || b == null) {
                    return a == null ? (b == null ? 0 : 1) : -1;
                }
                int compared = b.value().compareTo(a.value()) * sign;
                return compared != 0 ? compared : Boolean.compare(b.exclusive(), a.exclusive());
            }

            private static String spoken(Shape.@Nullable Bound bound) {
                return bound == null
                        ? "none"
                        : bound.value().toPlainString() + (bound.exclusive() ? " exclusive" : "");
            }

            /// Texts of which nobody can say which one lets more through.
            private void words(
                    Map<String, Mark> older, Map<String, Mark> newer, Rule rule, String name) {
                if (older.keySet().equals(newer.keySet()) || !was.types.contains("string")) {
                    return;
                }
                Weight weight =
                        newer.keySet().containsAll(older.keySet())
                                ? flow.narrowed()
                                : older.keySet().containsAll(newer.keySet())
                                        ? flow.widened()
                                        : Weight.DOUBTFUL;
                now(
                        weight,
                        rule,
                        "the %s of %s is %s now, and was %s"
                                .formatted(name, named(path), spoken(newer), spoken(older)),
                        newer.values().stream().findFirst().orElse(now.mark));
            }

            private static String spoken(Map<String, Mark> words) {
                return words.isEmpty()
                        ? "none"
                        : String.join(
                                " and ", words.keySet().stream().map(w -> "`" + w + "`").toList());
            }

            private void formats() {
                if (was.formats.keySet().equals(now.formats.keySet())) {
                    return;
                }
                String a = String.join(" ", was.formats.keySet());
                String b = String.join(" ", now.formats.keySet());
                int range = range(b) - range(a);
                boolean ranged = range(a) > 0 && range(b) > 0;
                boolean said = !a.isEmpty() && !b.isEmpty();
                Weight weight =
                        ranged && range != 0
                                ? (range < 0 ? flow.narrowed() : flow.widened())
                                : said ? Weight.BREAKING : Weight.DOUBTFUL;
                now(
                        weight,
                        Rule.FORMAT_CHANGED,
                        "the format of %s is %s now, and was %s"
                                .formatted(named(path), spoken(now.formats), spoken(was.formats)),
                        now.formats.values().stream().findFirst().orElse(now.mark));
            }

            private static int range(String format) {
                return switch (format) {
                    case "int32", "float" -> 1;
                    case "int64", "double" -> 2;
                    default -> 0;
                };
            }

            private void properties() {
                Map<String, Shape.Property> older = visible(was, before);
                Map<String, Shape.Property> newer = visible(now, after);
                older.forEach((name, property) -> {
                    Shape.Property other = newer.get(name);
                    if (other == null) {
                        removed(name, property);
                    } else {
                        Walk.this.compare(
                                property.schemas(),
                                other.schemas(),
                                other.mark(),
                                below(name),
                                depth + 1);
                    }
                });
                newer.forEach((name, property) -> {
                    if (!older.containsKey(name)) {
                        added(name, property);
                    }
                });
                required(older, newer);
            }

            /// Those that take part in this direction.
            private Map<String, Shape.Property> visible(Shape shape, Shapes shapes) {
                var visible = new TreeMap<String, Shape.Property>();
                shape.properties.forEach((name, property) -> {
                    Shape one = shapes.of(property.schemas(), property.mark());
                    boolean hidden = flow == Flow.RECEIVED ? one.readOnly : one.writeOnly;
                    if (!hidden) {
                        visible.put(name, property);
                    }
                });
                return visible;
            }

            private void removed(String name, Shape.Property property) {
                if (flow == Flow.RECEIVED) {
                    if (!now.extra.isEmpty() && !now.closed) {
                        Walk.this.compare(
                                property.schemas(), now.extra, now.mark, below(name), depth + 1);
                        return;
                    }
                    found.was(
                            now.closed ? Weight.BREAKING : Weight.DOUBTFUL,
                            Rule.PROPERTY_REMOVED,
                            where.at(),
                            now.closed
                                    ? named(below(name)) + " is refused now"
                                    : named(below(name)) + " is not known any more",
                            property.mark());
                    return;
                }
                boolean promised = was.required.containsKey(name);
                found.was(
                        promised ? Weight.BREAKING : Weight.DOUBTFUL,
                        Rule.PROPERTY_REMOVED,
                        where.at(),
                        named(below(name))
                                + (promised
                                        ? " is gone, and was always there"
                                        : " is gone, and was there sometimes"),
                        property.mark());
            }

            private void added(String name, Shape.Property property) {
                if (flow == Flow.RECEIVED) {
                    if (now.required.containsKey(name)) {
                        now(
                                Weight.BREAKING,
                                Rule.PROPERTY_REQUIRED,
                                named(below(name))
                                        + " is new and must be there, and clients do not send it",
                                property.mark());
                    } else {
                        now(
                                Weight.HARMLESS,
                                Rule.PROPERTY_ADDED,
                                named(below(name)) + " is new, and need not be there",
                                property.mark());
                    }
                    return;
                }
                now(
                        was.closed ? Weight.DOUBTFUL : Weight.HARMLESS,
                        Rule.PROPERTY_ADDED,
                        named(below(name))
                                + (was.closed
                                        ? " is new, and no other property was to come"
                                        : " is new"),
                        property.mark());
            }

            private void required(
                    Map<String, Shape.Property> older, Map<String, Shape.Property> newer) {
                now.required.forEach((name, mark) -> {
                    boolean told = newer.containsKey(name) && !older.containsKey(name);
                    boolean hidden = now.properties.containsKey(name) && !newer.containsKey(name);
                    if (!was.required.containsKey(name) && !told && !hidden) {
                        now(
                                flow.narrowed(),
                                Rule.PROPERTY_REQUIRED,
                                named(below(name))
                                        + (flow == Flow.RECEIVED
                                                ? " must be there now"
                                                : " is always there now"),
                                mark);
                    }
                });
                was.required.forEach((name, mark) -> {
                    boolean told = older.containsKey(name) && !newer.containsKey(name);
                    boolean hidden = was.properties.containsKey(name) && !older.containsKey(name);
                    if (!now.required.containsKey(name) && !told && !hidden) {
                        found.was(
                                flow.widened(),
                                Rule.PROPERTY_OPTIONAL,
                                where.at(),
                                named(below(name))
                                        + (flow == Flow.RECEIVED
                                                ? " need not be there any more"
                                                : " is not always there any more"),
                                mark);
                    }
                });
            }

            private void extra() {
                if (was.closed != now.closed) {
                    now(
                            now.closed
                                    ? flow.narrowed()
                                    : flow == Flow.SENT ? Weight.DOUBTFUL : Weight.HARMLESS,
                            now.closed ? Rule.EXTRA_REFUSED : Rule.EXTRA_ALLOWED,
                            named(path)
                                    + (now.closed
                                            ? " may have no properties any more that are not named"
                                            : " may have properties now that are not named"),
                            now.mark);
                } else if (!was.closed && !(was.extra.isEmpty() && now.extra.isEmpty())) {
                    Walk.this.compare(was.extra, now.extra, now.mark, below("*"), depth + 1);
                }
            }

            private void opaque() {
                var keywords = new TreeSet<>(was.opaque.keySet());
                keywords.addAll(now.opaque.keySet());
                for (String keyword : keywords) {
                    if (!Objects.equals(was.opaque.get(keyword), now.opaque.get(keyword))) {
                        now(
                                Weight.DOUBTFUL,
                                Rule.NOT_COMPARABLE,
                                "`%s` of %s is another one".formatted(keyword, named(path)),
                                now.mark);
                    }
                }
            }

            private void now(Weight weight, Rule rule, String what, Mark mark) {
                found.now(weight, rule, where.at(), what, mark);
            }

            private String below(String name) {
                return path.isEmpty() ? name : path + "." + name;
            }
        }
    }

    private static List<Same> keys(List<Node> nodes, Shapes shapes) {
        return nodes.stream().map(shapes::key).toList();
    }
}
