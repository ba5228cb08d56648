package dev.belay.policy;

import dev.belay.problem.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Asks rules about facts. What a rule cannot decide is broken: nothing passes by an error.
final class Judge {
    /// As many things are named for each rule; the rest are counted.
    private static final int NAMED_MAX = 20;

    private final Expressions expressions = Expressions.standard();
    private final SortedMap<String, Object> facts;
    private final Set<String> excepted;
    private final Places places;
    private final @Nullable Set<String> brought;
    private final Map<String, Things> things = new HashMap<>();
    private final IdentityHashMap<Expressions.Ready, Said> said = new IdentityHashMap<>();

    /// Where what is concerned is written.
    interface Places {
        /// Of the thing of a name; empty for the whole.
        Place of(Asked rule, String subject);
    }

    Judge(SortedMap<String, Object> facts, Set<String> excepted, Places places) {
        this.facts = facts;
        this.excepted = excepted;
        this.places = places;
        brought = brought();
    }

    /// What of all that there is to be seen rules look at.
    static Set<String> roots(Collection<Asked> rules) {
        var roots = new TreeSet<String>();
        for (Asked rule : rules) {
            for (String text : texts(rule)) {
                if (Expressions.standard().compile(rule.each(), text)
                        instanceof Expressions.Ready ready) {
                    roots.addAll(ready.roots());
                }
            }
        }
        return roots;
    }

    /// Whether one of them looks at all components, and not only at those that a release brings.
    static boolean lookAround(Collection<Asked> rules) {
        return rules.stream()
                .anyMatch(rule ->
                        texts(rule).stream()
                                .anyMatch(text ->
                                        Expressions.standard().compile(rule.each(), text)
                                                        instanceof Expressions.Ready ready
                                                && ready.named().contains("components")));
    }

    private static List<String> texts(Asked rule) {
        return rule.when().isEmpty() ? List.of(rule.rule()) : List.of(rule.when(), rule.rule());
    }

    Ruling ask(Asked rule) {
        var breaches = new ArrayList<Ruling.Breach>();
        Optional<Expressions.Ready> must = ready(rule, rule.rule(), breaches);
        Optional<Expressions.Ready> when =
                rule.when().isEmpty() ? Optional.empty() : ready(rule, rule.when(), breaches);
        if (breaches.isEmpty() && must.isPresent()) {
            if (isLater(must.get()) || when.filter(this::isLater).isPresent()) {
                return ruling(rule, Ruling.Outcome.LATER, List.of());
            }
            ask(rule, when.orElse(null), must.get(), breaches);
        }
        Ruling.Outcome outcome =
                breaches.isEmpty()
                        ? Ruling.Outcome.HOLDS
                        : excepted.contains(rule.name())
                                ? Ruling.Outcome.EXCEPTED
                                : rule.refuses() ? Ruling.Outcome.BROKEN : Ruling.Outcome.WARNS;
        return ruling(rule, outcome, breaches);
    }

    private static Ruling ruling(Asked rule, Ruling.Outcome outcome, List<Ruling.Breach> breaches) {
        return new Ruling(rule.name(), rule.hash().text(), outcome, breaches);
    }

    private boolean isLater(Expressions.Ready ready) {
        return ready.roots().stream()
                .anyMatch(root -> Model.PLANNED.contains(root) && !facts.containsKey(root));
    }

    private Optional<Expressions.Ready> ready(
            Asked rule, String text, List<Ruling.Breach> breaches) {
        return switch (expressions.compile(rule.each(), text)) {
            case Expressions.Ready ready -> Optional.of(ready);
            case Expressions.Wrong wrong -> {
                breaches.add(undecided(rule, "", wrong.message()));
                yield Optional.empty();
            }
        };
    }

    private void ask(
            Asked rule,
            Expressions.@Nullable Ready when,
            Expressions.Ready must,
            List<Ruling.Breach> breaches) {
        Map<String, Object> variables = new TreeMap<>(facts);
        variables.put("parameters", rule.parameters());
        if (rule.each().isEmpty()) {
            Answer first = when == null ? Answer.HOLDS : answer(when, variables);
            Answer answer = first instanceof Answer.Holds ? answer(must, variables) : first;
            boolean asked = when == null || !(first instanceof Answer.Broken);
            if (asked && !(answer instanceof Answer.Holds)) {
                breaches.add(breach(rule, "", answer));
            }
            return;
        }
        Things all =
                things.computeIfAbsent(
                        Objects.requireNonNull(Model.EACH.get(rule.each())),
                        root -> new Things(list(root)));
        Said first = when == null ? null : said(when, variables, rule.each(), all);
        Said then = said(must, variables, rule.each(), all);
        int unnamed = 0;
        for (int at = 0; at < all.size(); at++) {
            String name = all.name(at);
            if (!concerns(rule, name)) {
                continue;
            }
            Answer answer = first == null ? Answer.HOLDS : first.of(at);
            if (answer instanceof Answer.Holds) {
                // That it is to be asked of this.
                answer = then.of(at);
            } else if (answer instanceof Answer.Broken) {
                continue;
            }
            if (answer instanceof Answer.Holds) {
                continue;
            }
            if (breaches.size() < NAMED_MAX) {
                breaches.add(breach(rule, name, answer));
            } else {
                unnamed++;
            }
        }
        if (unnamed > 0) {
            breaches.add(new Ruling.Breach("", places.of(rule, ""), "and " + unnamed + " more"));
        }
    }

    /// What it says of these things. Rules share what they ask alike, unless it is about the
    /// parameters of one.
    private Said said(
            Expressions.Ready ready, Map<String, Object> variables, String each, Things all) {
        return ready.named().contains("parameters")
                ? new Said(ready, variables, each, all)
                : said.computeIfAbsent(ready, one -> new Said(one, variables, each, all));
    }

    private boolean concerns(Asked rule, String name) {
        return (rule.only().isEmpty() || rule.only().contains(name))
                && (brought == null || !rule.each().equals("component") || brought.contains(name));
    }

    /// A release is held to rules for what it brings; null before there is one.
    private @Nullable Set<String> brought() {
        if (!(facts.get("release") instanceof Map<?, ?> release)
                || !(release.get("components") instanceof List<?> names)) {
            return null;
        }
        var brought = new HashSet<String>();
        names.forEach(name -> brought.add(String.valueOf(name)));
        return brought;
    }

    private List<Map<?, ?>> list(String root) {
        var all = new ArrayList<Map<?, ?>>();
        if (facts.get(root) instanceof List<?> list) {
            for (Object one : list) {
                if (one instanceof Map<?, ?> map) {
                    all.add(map);
                }
            }
        }
        return all;
    }

    /// What an expression, or a rule, says of one thing.
    private sealed interface Answer {
        Answer HOLDS = new Holds();
        Answer BROKEN = new Broken();

        record Holds() implements Answer {}

        record Broken() implements Answer {}

        record Undecided(String why) implements Answer {}
    }

    private static Answer answer(Expressions.Ready ready, Map<String, Object> variables) {
        try {
            return ready.of(variables) ? Answer.HOLDS : Answer.BROKEN;
        } catch (Expressions.Undecided e) {
            return new Answer.Undecided(e.why());
        }
    }

    private Ruling.Breach breach(Asked rule, String subject, Answer answer) {
        return answer instanceof Answer.Undecided(String why)
                ? undecided(rule, subject, why)
                : new Ruling.Breach(subject, places.of(rule, subject), rule.message());
    }

    /// What one expression says of the things of one list, all else being the same: what is alike
    /// in everything that it looks at has its answer already. Most of a large platform is alike.
    private static final class Said {
        private final Expressions.Ready ready;
        private final Map<String, Object> variables;
        private final String each;
        private final Things things;
        private final Set<String> fields = new LinkedHashSet<>();

        /// The kind of each thing; none where it looks at things as wholes.
        private final int @Nullable [] kinds;

        private final Map<Integer, Answer> given = new HashMap<>();

        Said(Expressions.Ready ready, Map<String, Object> variables, String each, Things things) {
            this.ready = ready;
            this.variables = variables;
            this.each = each;
            this.things = things;
            kinds =
                    switch (ready.looks()) {
                        case Expressions.Looks.Whole() -> null;
                        case Expressions.Looks.Paths(Set<List<String>> paths) -> {
                            paths.forEach(path -> fields.add(path.getFirst()));
                            yield things.kinds(paths);
                        }
                    };
        }

        Answer of(int at) {
            if (kinds == null) {
                variables.put(each, things.one(at));
                return answer(ready, variables);
            }
            Answer before = given.get(kinds[at]);
            if (before != null) {
                return before;
            }
            variables.put(each, part(things.one(at)));
            Answer answer = answer(ready, variables);
            given.put(kinds[at], answer);
            return answer;
        }

        /// The library copies all that it is given: of a component, a hundred values for one that
        /// is looked at.
        private Map<Object, Object> part(Map<?, ?> one) {
            var part = new HashMap<Object, Object>();
            for (String field : fields) {
                Object value = one.get(field);
                if (value != null) {
                    part.put(field, value);
                }
            }
            return part;
        }
    }

    private Ruling.Breach undecided(Asked rule, String subject, String why) {
        return new Ruling.Breach(
                subject,
                places.of(rule, subject),
                "it cannot be decided, and so is broken (" + why + ")");
    }
}
