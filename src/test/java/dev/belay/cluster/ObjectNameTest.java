package dev.belay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What objects are called.
class ObjectNameTest {
    private static final String LONG = "a".repeat(80);
    private static final List<String> PIECES =
            List.of(
                    "a",
                    "b7",
                    "-",
                    "--",
                    "x",
                    "-x0123456789ab",
                    "-0123456789ab",
                    "é",
                    "A",
                    "_",
                    ".");

    @Test
    void names_that_a_cluster_takes_stay_as_they_are() {
        assertThat(ObjectName.component("api-gateway")).isEqualTo("api-gateway");
        assertThat(ObjectName.revision("api-3f9c1a2b7d10")).isEqualTo("api-3f9c1a2b7d10");
        assertThat(ObjectName.fit("a".repeat(63), 63)).isEqualTo("a".repeat(63));
        assertThat(ObjectName.schedule("a".repeat(52))).isEqualTo("a".repeat(52));
        assertThat(ObjectName.host("app.example.org")).isEqualTo("app.example.org.tls");
    }

    @Test
    void others_are_cut_to_their_limit_and_are_the_same_tomorrow() {
        assertThat(ObjectName.fit(LONG, 63)).hasSize(63).startsWith("aaa").matches(".*-x\\w{12}");
        assertThat(ObjectName.schedule("a".repeat(53))).hasSize(52);
        assertThat(ObjectName.fit("api-", 63)).isEqualTo("api-x095a635cc255");
        assertThat(ObjectName.fit("", 63)).startsWith("belay-x");
        assertThat(ObjectName.fit("9", 63)).startsWith("belay-x");
        assertThat(ObjectName.host("*.example.org")).startsWith("example-org-x").endsWith(".tls");
    }

    @Test
    void what_looks_as_though_it_had_been_cut_is_cut_itself() {
        String cut = ObjectName.fit(LONG, 63);
        assertThat(ObjectName.fit(cut, 63)).isNotEqualTo(cut);
        assertThat(ObjectName.labelValue(cut)).isNotEqualTo(cut);
    }

    @Test
    void no_component_is_called_like_the_revision_of_another() {
        String revision = ObjectName.revision("api-3f9c1a2b7d10");
        assertThat(ObjectName.component("api-3f9c1a2b7d10")).isNotEqualTo(revision);
        assertThat(ObjectName.schedule("api-3f9c1a2b7d10")).isNotEqualTo(revision);
        assertThat(ObjectName.environment("closed", "a", "b")).isEqualTo("closed.a.b");
    }

    @Test
    void two_names_never_become_one_and_every_one_is_taken() {
        Map<String, String> before = new HashMap<>();
        Map<String, String> values = new HashMap<>();
        Choices.forAll(
                5_000,
                choices -> {
                    var text = new StringBuilder();
                    int pieces = choices.between(0, 12);
                    for (int i = 0; i < pieces; i++) {
                        text.append(choices.oneOf(PIECES).repeat(choices.between(1, 3)));
                    }
                    String name = text.toString();
                    String made = ObjectName.component(name);
                    assertThat(made).matches("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
                    assertThat(before.computeIfAbsent(made, _ -> name)).isEqualTo(name);
                    String value = ObjectName.labelValue(name);
                    assertThat(value).matches("([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");
                    assertThat(values.computeIfAbsent(value, _ -> name)).isEqualTo(name);
                });
        assertThat(before).hasSizeGreaterThan(1_000);
    }
}
