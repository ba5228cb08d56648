package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.EvidenceRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceSectionsTest {
    @TempDir Path folder;

    @Test
    void evidence_is_asked_for_by_kind() {
        String text =
                """
                platform: shop
                components:
                  api: {kind: service, run: ./api, port: 80}
                  web: {kind: service, run: ./web, port: 81}
                groups: {core: [api]}
                environments:
                  local: {target: process}
                  staging: {target: process, gates: {evidence: {%s}}}
                """;
        var view =
                view(
                        good(
                                folder,
                                text.formatted(
                                                "tests: pass,"
                                                        + " cover: {kind: coverage, min: {lines: 80%%}, for: [core]},"
                                                        + " scan: {max: {high: 0}, pass: true, from: local, younger-than: 7d},"
                                                        + " evaluation: {no-regression: true, margin: 2%%}")
                                        .replace("%%", "%")),
                        "staging");
        var rules = view.gates().evidenceOf("api", view.groups());
        assertThat(rules)
                .extracting(EvidenceRule::kind)
                .containsExactly("tests", "coverage", "scan", "evaluation");
        assertThat(rules.get(0)).isEqualTo(EvidenceRule.pass("tests"));
        assertThat(rules.get(1).own()).isFalse();
        assertThat(rules.get(1).atLeast()).isEqualTo(Map.of("lines", 80.0));
        assertThat(rules.get(2).own()).isTrue();
        assertThat(rules.get(2).from()).isEqualTo("local");
        assertThat(rules.get(2).youngerThan()).isEqualTo(Duration.ofDays(7));
        assertThat(rules.get(3).margin()).isEqualTo(0.02);
        assertThat(view.gates().evidenceOf("web", view.groups()))
                .extracting(EvidenceRule::kind)
                .containsExactly("tests", "scan", "evaluation");
        refuses(text, "tests: fail", "`tests`");
        refuses(text, "tests: {from: nowhere}", "there is no environment `nowhere`");
        refuses(text, "tests: {for: [ap]}", "`ap`");
        refuses(text, "tests: {max: {failed: none}}", "must be a number");
        refuses(text, "tests: {at-most: {failed: 0}}", "has no key `at-most`");
        refuses(text, "tests: {younger-than: week}", "`younger-than`");
    }

    private void refuses(String text, String keys, String... messages) {
        var refused = assertThatThrownBy(() -> good(folder, text.formatted(keys))).as(keys);
        for (String message : messages) {
            refused.hasMessageContaining(message);
        }
    }
}
