package dev.belay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulingsTest {
    @TempDir private Path folder;

    private Clinic clinic(String own) {
        return new Clinic(folder).policies("[mine]").own(own);
    }

    private static String at(Clinic clinic, Place place) {
        if (place instanceof Place.Line(var span, String line)) {
            assertThat(clinic.manifest().lines().toList().get(span.line() - 1)).isEqualTo(line);
            return line.substring(span.column() - 1);
        }
        throw new AssertionError(place);
    }

    private static Ruling mine(List<Ruling> rulings) {
        return rulings.stream().filter(one -> one.name().equals("mine")).findFirst().orElseThrow();
    }

    @Test
    void a_breach_points_at_the_key_that_the_rule_looks_at() throws IOException {
        Clinic clinic =
                clinic(
                        "  mine: {each: component, rule: component.instances >= 3, message: too few}\n");
        Ruling ruling = mine(Rulings.of(clinic.view()));
        assertThat(ruling.outcome()).isEqualTo(Ruling.Outcome.BROKEN);
        Ruling.Breach breach = ruling.breaches().getFirst();
        assertThat(breach.sentence()).isEqualTo("`api`: too few");
        assertThat(at(clinic, breach.place())).isEqualTo("2");
        assertThat(Rulings.line(breach)).startsWith("belay.yaml:").endsWith(": `api`: too few");
    }

    @Test
    void of_the_whole_it_points_into_the_environment() throws IOException {
        Clinic clinic =
                clinic("  mine: {rule: rollout.soak > duration('1h'), message: too short}\n");
        assertThat(at(clinic, mine(Rulings.of(clinic.view())).breaches().getFirst().place()))
                .startsWith("10m");
    }

    @Test
    void a_misspelt_field_is_a_problem_at_its_column() throws IOException {
        Clinic clinic =
                clinic(
                        "  mine:\n    each: component\n    rule: component.instanes >= 3\n    message: no\n");
        Problem problem = Rulings.misspelt(clinic.view().policies()).getFirst();
        assertThat(problem.code()).isEqualTo("policy/expression");
        assertThat(problem.message())
                .isEqualTo("the policy `mine` cannot be read: there is no field `instanes` here");
        assertThat(problem.hint()).contains("`instances`");
        assertThat(at(clinic, problem.place())).startsWith("instanes");
    }

    @Test
    void a_rule_that_nobody_turns_on_is_read_all_the_same() throws IOException {
        Clinic clinic = new Clinic(folder).own("  other: {rule: gates.bakup, message: no}\n");
        assertThat(Rulings.misspelt(clinic.view().policies())).hasSize(1);
    }

    @Test
    void what_cannot_be_decided_is_broken() throws IOException {
        Clinic clinic =
                clinic(
                        "  mine: {each: component, rule: \"component.uses[9] == 'db'\", message: no}\n");
        Ruling ruling = mine(Rulings.of(clinic.view()));
        assertThat(ruling.refuses()).isTrue();
        assertThat(ruling.breaches().getFirst().message())
                .startsWith("it cannot be decided, and so is broken");
    }

    @Test
    void a_rule_that_warns_refuses_nothing() throws IOException {
        Clinic clinic = clinic("  mine: {rule: gates.windows > 5, message: few, severity: warn}\n");
        assertThat(mine(Rulings.of(clinic.view())).outcome()).isEqualTo(Ruling.Outcome.WARNS);
    }

    @Test
    void a_rule_of_a_release_waits_for_one() throws IOException {
        Clinic clinic = clinic("  mine: {rule: release.submitter != 'anna', message: not she}\n");
        assertThat(mine(Rulings.of(clinic.view())).outcome()).isEqualTo(Ruling.Outcome.LATER);
        assertThat(clinic.broken()).containsExactly("mine");
    }

    @Test
    void it_is_asked_only_of_the_components_that_it_names() throws IOException {
        String web =
                "  web: {kind: frontend, build: {output: app}, static: app, port: 3001}\npolicies:\n";
        Clinic clinic =
                clinic(
                                "  mine: {each: component, components: [web], rule: component.instances > 9, message: few}\n")
                        .with("policies:\n  mine", web + "  mine");
        assertThat(mine(Rulings.of(clinic.view())).breaches())
                .extracting(Ruling.Breach::subject)
                .containsExactly("web");
    }

    @Test
    void somebody_goes_past_a_rule_by_name_but_not_in_a_regulated_environment() throws IOException {
        Clinic soaking = new Clinic(folder).with("soak: 10m", "soak: 1m");
        assertThat(soaking.skipping("policy:production/soak").broken())
                .contains("hipaa/whole")
                .doesNotContain("production/soak");
        Clinic plain = new Clinic(folder).with("soak: 10m", "soak: 1m").only("production");
        Work.Policed policed = plain.skipping("policy:production/soak").policed();
        assertThat(policed.rules())
                .filteredOn(rule -> !rule.verdict().equals("holds"))
                .extracting(Work.Policed.Rule::name, Work.Policed.Rule::verdict)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("production/soak", "excepted"));
    }

    @Test
    void what_was_decided_is_decided_again_from_the_plan() throws IOException {
        Work.Policed policed = new Clinic(folder).with("soak: 10m", "soak: 1m").policed();
        List<Ruling> again = Rulings.again(policed);
        assertThat(again).hasSameSizeAs(policed.rules());
        for (int i = 0; i < again.size(); i++) {
            assertThat(again.get(i).outcome().name())
                    .isEqualToIgnoringCase(policed.rules().get(i).verdict());
            assertThat(again.get(i).hash()).isEqualTo(policed.rules().get(i).hash());
        }
        assertThat(again).filteredOn(Ruling::refuses).hasSize(1);
    }

    @Test
    void facts_name_variables_and_hold_no_value() throws IOException {
        Work.Policed policed =
                new Clinic(folder)
                        .with(
                                "    instances: 2\n",
                                "    instances: 2\n    env: {secret: [API_KEY], values: {LEVEL: canary-value}}\n")
                        .policed();
        assertThat(policed.facts()).contains("API_KEY", "LEVEL").doesNotContain("canary-value");
    }

    @Test
    void a_rule_that_came_or_became_stricter_meanwhile_is_asked_when_it_begins()
            throws IOException {
        Work.Policed policed = new Clinic(folder).only("production").policed();
        EnvironmentView same = new Clinic(folder).only("production").view();
        assertThat(Rulings.changed(same, policed)).isEmpty();
        EnvironmentView stricter =
                new Clinic(folder)
                        .only("production")
                        .with("production: {}", "production: {soak: 1h}")
                        .view();
        assertThat(Rulings.changed(stricter, policed))
                .filteredOn(Ruling::refuses)
                .extracting(Ruling::name)
                .containsExactly("production/soak");
    }
}
