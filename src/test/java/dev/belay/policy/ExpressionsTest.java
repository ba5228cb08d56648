package dev.belay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionsTest {
    private static Expressions.Compiled compiled(String text) {
        return Expressions.standard().compile("component", text);
    }

    private static Expressions.Ready ready(String text) {
        if (compiled(text) instanceof Expressions.Ready ready) {
            return ready;
        }
        throw new AssertionError(compiled(text));
    }

    private static Expressions.Wrong wrong(String text) {
        if (compiled(text) instanceof Expressions.Wrong wrong) {
            return wrong;
        }
        throw new AssertionError(text + " was taken");
    }

    /// A component with a name alone: whatever else is looked at is not there.
    private static Map<String, Object> named(String name) {
        return new TreeMap<>(Map.of("component", new TreeMap<>(Map.of("name", name))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    component.instanes > 1            | 10 | there is no field `instanes` here | instances
                    component.health.knd == 'http'    | 17 | there is no field `knd` here      | kind
                    gate.backup                       | 0  | there is nothing called `gate` here | gates
                    components.all(c, c.nme != '')    | 20 | there is no field `nme` here      | name
                    """)
    void a_misspelt_name_is_pointed_at_with_the_nearest_one(
            String text, int column, String message, String nearest) {
        Expressions.Wrong wrong = wrong(text);
        assertThat(wrong.column()).isEqualTo(column);
        assertThat(wrong.message()).isEqualTo(message);
        assertThat(wrong.hint()).contains("`" + nearest + "`");
    }

    /// CVE-2026-32613, CVE-2020-9301: expressions of other languages are no way out.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "${T(java.lang.Runtime).getRuntime().exec('id')}",
                "T(java.lang.Runtime).getRuntime().exec('id') == ''",
                "#{systemProperties['user.home']}",
                "{{7*7}} == 49",
                "<% out.print(1) %>",
                "component.name.getClass().forName('java.lang.Runtime') == ''",
                "component.getClass() == ''",
                "java.lang.System.exit(1)",
                "new java.io.File('/etc/passwd').exists()",
                "environment.env['PATH'] == ''",
                "component.name",
                "'a' + component.name == 'api'",
                "[1] + [2] == [1, 2]",
                "components.map(c, c.name) == []",
                "components.filter(c, true).size() == 0"
            })
    void what_is_no_question_of_the_model_is_not_taken(String text) {
        assertThat(wrong(text).message()).isNotBlank();
    }

    @Test
    void what_is_too_long_or_too_deep_is_not_read() {
        assertThat(wrong("true || ".repeat(100_000) + "true").message())
                .contains("2000 characters");
        assertThat(wrong("(".repeat(900) + "true" + ")".repeat(900)).message())
                .contains("recursion");
        assertThat(wrong("[".repeat(900) + "]".repeat(900) + " == []").message()).isNotBlank();
    }

    @Test
    void a_bomb_of_loops_ends_and_decides_nothing() {
        Map<String, Object> facts =
                Map.of("components", Collections.nCopies(1_000, Map.of("name", "api")));
        var bomb =
                ready(
                        "components.all(a, components.all(b, components.all(c,"
                                + " components.all(d, a.name == d.name))))");
        assertThatThrownBy(() -> bomb.of(facts))
                .isInstanceOf(Expressions.Undecided.class)
                .hasMessageContaining("budget");
    }

    @Test
    void a_bomb_of_patterns_is_no_longer_than_its_text() throws Exception {
        var pattern = ready("component.name.matches('^(.*a){12}$')");
        assertThat(pattern.of(named("a".repeat(60) + "b"))).isFalse();
        var nested = ready("component.name.matches('^(a+)+$')");
        assertThat(nested.of(named("a".repeat(5_000) + "b"))).isFalse();
        var large = ready("component.name.matches('((a{30}){30}){30}')");
        assertThatThrownBy(() -> large.of(named("a"))).isInstanceOf(Expressions.Undecided.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 / 0 == 1",
                "component.uses[7] == 'db'",
                "component.instances > 1",
                "int(component.name) > 1",
                "duration(component.name) > duration('1s')",
                "component.name.matches('(')"
            })
    void what_comes_to_nothing_is_no_answer(String text) {
        var question = ready(text);
        assertThatThrownBy(() -> question.of(named("api")))
                .isInstanceOf(Expressions.Undecided.class);
    }

    @Test
    void an_expression_says_what_it_looks_at() {
        assertThat(ready("gates.backup && component.port > 0 && parameters.instances > 1").roots())
                .containsExactly("components", "gates", "parameters");
    }

    @Test
    void every_structure_of_the_model_is_reached() {
        assertThat(
                        ready(
                                        "changes.all(c, c.migrations.all(m, m.one_way == '')) &&"
                                                + " steps.all(s, s.number > 0) && gates.evidence.all(e, e.kind !="
                                                + " '') && datastores.all(d, d.backup.keep > duration('1h'))")
                                .roots())
                .isEqualTo(
                        new java.util.TreeSet<>(
                                List.of("changes", "steps", "gates", "datastores", "components")));
    }
}
