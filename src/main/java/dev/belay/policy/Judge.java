package dev.belay.policy;

import dev.belay.problem.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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

    /// Where what is concerned is written.
    interface Places {
        /// Of the thing of a name; empty for the whole.
        Place of(Asked rule, String subject);
    }

    Judge(SortedMap<String, Object> facts, Set<String> excepted, Places places) {
        this.facts = facts;
        this.excepted = excepted;
        this.places = places;
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
            Answer answer = answer(when, must, variables);
            if (!(answer instanceof Answer.Holds)) {
                breaches.add(breach(rule, "", answer));
            }
            return;
        }
        Set<String> brought = brought();
        var answers = new Answers(when, must, variables, rule.each());
        int unnamed = 0;
        for (Map<?, ?> one : all(Objects.requireNonNull(Model.EACH.get(rule.each())))) {
            String name = String.valueOf(one.get(one.containsKey("name") ? "name" : "component"));
            boolean concerned =
                    (rule.only().isEmpty() || rule.only().contains(name))
                            && (brought == null
                                    || !rule.each().equals("component")
                                    || brought.contains(name));
            if (concerned) {
                Answer answer = answers.of(one);
                if (answer instanceof Answer.Holds) {
                    continue;
                }
                if (breaches.size() < NAMED_MAX) {
                    breaches.add(breach(rule, name, answer));
                } else {
                    unnamed++;
                }
            }
        }
        if (unnamed > 0) {
            breaches.add(new Ruling.Breach("", places.of(rule, ""), "and " + unnamed + " more"));
        }
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

    private List<Map<?, ?>> all(String root) {
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

    /// What one rule says of one thing.
    private sealed interface Answer {
        record Holds() implements Answer {}

        record Broken() implements Answer {}

        record Undecided(String why) implements Answer {}
    }

    private static Answer answer(
            Expressions.@Nullable Ready when,
            Expressions.Ready must,
            Map<String, Object> variables) {
        try {
            return (when == null || when.of(variables)) && !must.of(variables)
                    ? new Answer.Broken()
                    : new Answer.Holds();
        } catch (Expressions.Undecided e) {
            return new Answer.Undecided(e.why());
        }
    }

    private Ruling.Breach breach(Asked rule, String subject, Answer answer) {
        return answer instanceof Answer.Undecided(String why)
                ? undecided(rule, subject, why)
                : new Ruling.Breach(subject, places.of(rule, subject), rule.message());
    }

    /// What one rule said of the things of one list, all else being the same: what is alike in
    /// everything that it looks at has its answer already. Most of a large platform is alike.
    private static final class Answers {
        private final Expressions.@Nullable Ready when;
        private final Expressions.Ready must;
        private final Map<String, Object> variables;
        private final String each;
        private final Set<List<String>> paths = new LinkedHashSet<>();
        private final boolean whole;
        private final Map<List<Object>, Answer> given = new HashMap<>();

        Answers(
                Expressions.@Nullable Ready when,
                Expressions.Ready must,
                Map<String, Object> variables,
                String each) {
            this.when = when;
            this.must = must;
            this.variables = variables;
            this.each = each;
            boolean all = looksAtAll(must);
            whole = (when != null && looksAtAll(when)) || all;
        }

        private boolean looksAtAll(Expressions.Ready ready) {
            return switch (ready.looks()) {
                case Expressions.Looks.Whole() -> true;
                case Expressions.Looks.Paths(Set<List<String>> all) -> {
                    paths.addAll(all);
                    yield false;
                }
            };
        }

        Answer of(Map<?, ?> one) {
            if (whole) {
                variables.put(each, one);
                return answer(when, must, variables);
            }
            var seen = new ArrayList<Object>(paths.size());
            for (List<String> path : paths) {
                seen.add(at(one, path));
            }
            return given.computeIfAbsent(
                    seen,
                    _ -> {
                        variables.put(each, part(one));
                        return answer(when, must, variables);
                    });
        }

        /// The library copies all that it is given: of a component, a hundred values for one that
        /// is looked at.
        private Map<Object, Object> part(Map<?, ?> one) {
            var part = new HashMap<Object, Object>();
            for (List<String> path : paths) {
                Object value = one.get(path.getFirst());
                if (value != null) {
                    part.put(path.getFirst(), value);
                }
            }
            return part;
        }

        /// What a path leads to, or how far it leads.
        private static Object at(Map<?, ?> one, List<String> path) {
            Object at = one;
            for (int depth = 0; depth < path.size(); depth++) {
                Object next = at instanceof Map<?, ?> map ? map.get(path.get(depth)) : null;
                if (next == null) {
                    return new Missing(depth, at);
                }
                at = next;
            }
            return at;
        }

        /// What is not there.
        private record Missing(int depth, Object in) {}
    }

    private Ruling.Breach undecided(Asked rule, String subject, String why) {
        return new Ruling.Breach(
                subject,
                places.of(rule, subject),
                "it cannot be decided, and so is broken (" + why + ")");
    }
}
