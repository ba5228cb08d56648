package dev.belay.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.ConsentRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsentSectionsTest {
    @TempDir private Path folder;

    private Reading<EnvironmentView> read(String gates) throws IOException {
        Path file = folder.resolve("belay.yaml");
        Files.writeString(
                file,
                """
                platform: shop
                components: {}
                environments:
                  local: {target: process, gates: {%s}}
                """
                        .formatted(gates));
        return switch (ManifestReader.read(file)) {
            case Reading.Read<Manifest>(Manifest manifest) -> manifest.in("local");
            case Reading.Refused<Manifest>(var problems) -> new Reading.Refused<>(problems);
        };
    }

    private ConsentRule rule(String gates) throws IOException {
        if (read(gates) instanceof Reading.Read<EnvironmentView>(EnvironmentView view)) {
            return view.gates().consent();
        }
        throw new AssertionError(read(gates));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "any: [cto], all: [vp]",
                "any: [cto], quorum: 2",
                "of: [cto, vp]",
                "any: [cto], of: [vp]"
            })
    void consent_is_asked_for_in_one_way(String approvals) throws IOException {
        assertThat(read("approvals: {" + approvals + "}").toString())
                .contains("manifest/wrong-value", "approvals: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"any: []", "quorum: 0", "checklist: []", "valid: soon"})
    void nothing_is_asked_for_by_nothing(String wrong) throws IOException {
        String gates = wrong.startsWith("checklist") ? wrong : "approvals: {" + wrong + "}";
        assertThat(read(gates)).isInstanceOf(Reading.Refused.class);
    }

    @Test
    void who_and_how_many_is_what_is_written() throws IOException {
        var day = Duration.ofDays(1);
        assertThat(rule("approvals: {any: [cto, vp]}"))
                .isEqualTo(new ConsentRule(List.of(), List.of("cto", "vp"), 1, false, day));
        assertThat(rule("approvals: {all: [cto, vp], valid: 2h}"))
                .isEqualTo(
                        new ConsentRule(
                                List.of(), List.of("cto", "vp"), 0, true, Duration.ofHours(2)));
        assertThat(rule("approvals: {of: [a, b, c], quorum: 2}"))
                .isEqualTo(new ConsentRule(List.of(), List.of("a", "b", "c"), 2, false, day));
        assertThat(rule("approvals: {quorum: 2}").approvers()).isEqualTo("2 people");
        assertThat(rule("approvals: {}").approvers()).isEqualTo("one person");
        assertThat(rule("checklist: [notes]"))
                .isEqualTo(new ConsentRule(List.of("notes"), List.of(), 0, false, day));
    }
}
