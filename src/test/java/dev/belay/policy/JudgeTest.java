package dev.belay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import dev.belay.manifest.PolicyPacks;
import dev.belay.manifest.PolicyRule;
import dev.belay.problem.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Things that are alike in all that a rule looks at are answered together, and shown to the
/// library in part. That must be what asking each of them, whole, comes to.
class JudgeTest {
    private static final List<String> OWN =
            List.of(
                    "component.logs.retention > duration('1s') || component.name == 'n1'",
                    "has(component.logs.phi) && !component.logs.phi",
                    "component == components[0]",
                    "components.exists_one(other, other == component)",
                    "components.exists(component, component.owner == 'a') || component.tenants",
                    "component.uses.all(used, datastores.exists(one, one.name == used))",
                    "component.uses[1] != component.after[0]",
                    "[component.owner, component.contact].exists(text, text == '')",
                    "component.smoke.exists(test, test.as_tenant != component.owner)",
                    "{'a': component.instances}['a'] < 2",
                    "component.health == component.liveness",
                    "component.instances / component.port > 0");

    private static Stream<Asked> rules(Choices choices) {
        var parameters = random(Model.PARAMETERS, choices);
        return Stream.concat(
                OWN.stream().map(rule -> asked("component", "", rule, parameters)),
                PolicyPacks.names().stream()
                        .flatMap(name -> PolicyPacks.find(name).orElseThrow().rules().stream())
                        .filter(rule -> !rule.each().isEmpty())
                        // It would wait for one.
                        .filter(rule -> !(rule.when() + rule.rule()).contains("release."))
                        .map(rule -> asked(rule, parameters)));
    }

    private static Asked asked(PolicyRule rule, SortedMap<String, Object> parameters) {
        return asked(rule.each(), rule.when(), rule.rule(), parameters);
    }

    private static Asked asked(
            String each, String when, String rule, SortedMap<String, Object> parameters) {
        return new Asked(rule, each, when, rule, "broken", true, Set.of(), parameters);
    }

    private static SortedMap<String, Object> random(Model.Structure structure, Choices choices) {
        var all = new TreeMap<String, Object>();
        for (Model.Field field : structure.fields().values()) {
            // As in what an older version wrote.
            if (!choices.chance(4)) {
                all.put(field.name(), random(field, choices));
            }
        }
        return all;
    }

    private static Object random(Model.Field field, Choices choices) {
        Model.Structure of = field.of();
        return switch (field.type()) {
            case TEXT -> choices.oneOf(List.of("", "a", "http", "service", "yes"));
            case TRUTH -> choices.chance(50);
            case NUMBER -> (long) choices.between(0, 2);
            case TIME -> Duration.ofSeconds(choices.between(0, 2));
            case TEXTS ->
                    IntStream.range(0, choices.between(0, 2))
                            .mapToObj(_ -> choices.oneOf(List.of("n0", "n1", "a")))
                            .toList();
            case ONE -> random(Objects.requireNonNull(of), choices);
            case MANY ->
                    IntStream.range(0, choices.between(0, 2))
                            .<Object>mapToObj(_ -> random(Objects.requireNonNull(of), choices))
                            .toList();
        };
    }

    private static SortedMap<String, Object> facts(Choices choices) {
        var facts = new TreeMap<String, Object>();
        for (Model.Field field : Model.ROOT.fields().values()) {
            Model.Structure of = field.of();
            if (field.type() == Model.Type.MANY) {
                var all = new ArrayList<Object>();
                for (int i = 0; i < choices.between(0, 12); i++) {
                    SortedMap<String, Object> one = random(Objects.requireNonNull(of), choices);
                    one.put(of.fields().containsKey("name") ? "name" : "component", "n" + i);
                    all.add(one);
                }
                facts.put(field.name(), all);
            } else if (!field.name().equals("release")) {
                facts.put(field.name(), random(Objects.requireNonNull(of), choices));
            }
        }
        return facts;
    }

    /// Of each thing, whole, and of nobody else.
    private static List<String> oneByOne(Asked rule, SortedMap<String, Object> facts) {
        Map<String, Object> variables = new TreeMap<>(facts);
        variables.put("parameters", rule.parameters());
        var said = new ArrayList<String>();
        String list = Objects.requireNonNull(Model.EACH.get(rule.each()));
        for (Object one : (List<?>) Objects.requireNonNull(facts.get(list))) {
            variables.put(rule.each(), one);
            var fields = (Map<?, ?>) one;
            Object name = fields.get(fields.containsKey("name") ? "name" : "component");
            try {
                boolean concerned = rule.when().isEmpty() || holds(rule, rule.when(), variables);
                if (concerned && !holds(rule, rule.rule(), variables)) {
                    said.add(name + ": broken");
                }
            } catch (Expressions.Undecided e) {
                said.add(name + ": it cannot be decided, and so is broken (" + e.why() + ")");
            }
        }
        return said;
    }

    private static boolean holds(Asked rule, String text, Map<String, Object> variables)
            throws Expressions.Undecided {
        if (Expressions.standard().compile(rule.each(), text) instanceof Expressions.Ready ready) {
            return ready.of(variables);
        }
        throw new AssertionError(text);
    }

    @Test
    void what_is_answered_together_is_what_each_one_alone_would_get() {
        var broken = new ArrayList<String>();
        Choices.forAll(
                150,
                choices -> {
                    var facts = facts(choices);
                    var judge = new Judge(facts, Set.of(), (_, _) -> new Place.Named("a test"));
                    rules(choices)
                            .forEach(rule -> {
                                List<String> together =
                                        judge.ask(rule).breaches().stream()
                                                .map(one -> one.subject() + ": " + one.message())
                                                .toList();
                                assertThat(together)
                                        .as(rule.rule())
                                        .isEqualTo(oneByOne(rule, facts));
                                broken.addAll(together);
                            });
                });
        assertThat(broken).anyMatch(one -> one.endsWith(": broken"));
        assertThat(broken).anyMatch(one -> one.contains("cannot be decided"));
    }

    @Test
    void a_rule_looks_at_no_more_than_it_names() {
        assertThat(looks("component.logs.phi && component.uses.size() > 0"))
                .isEqualTo(
                        new Expressions.Looks.Paths(
                                Set.of(List.of("logs", "phi"), List.of("uses"))));
        assertThat(looks("component == components[0]")).isEqualTo(new Expressions.Looks.Whole());
        assertThat(looks("gates.backup")).isEqualTo(new Expressions.Looks.Paths(Set.of()));
    }

    private static Expressions.Looks looks(String text) {
        if (Expressions.standard().compile("component", text) instanceof Expressions.Ready ready) {
            return ready.looks();
        }
        throw new AssertionError(text);
    }
}
