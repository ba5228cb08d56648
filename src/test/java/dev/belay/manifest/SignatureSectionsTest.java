package dev.belay.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.SignatureRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whose signatures an environment asks for, as it is written.
class SignatureSectionsTest {
    @TempDir private Path folder;

    private Reading<EnvironmentView> read(String signatures) throws IOException {
        Path file = folder.resolve("belay.yaml");
        Files.writeString(
                file,
                """
                platform: shop
                groups: {front: [web]}
                components:
                  api: {kind: service, run: node main.js, port: 3000}
                  web: {kind: service, run: node main.js, port: 3001}
                environments:
                  production: {target: process, gates: {signatures: %s}}
                """
                        .formatted(signatures));
        return switch (ManifestReader.read(file)) {
            case Reading.Read<Manifest>(Manifest manifest) -> manifest.in("production");
            case Reading.Refused<Manifest>(var problems) -> new Reading.Refused<>(problems);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|names nobody who could have signed",
                "{keys: []}|names nobody who could have signed",
                "{keys: [a.pub], quorum: 2}|asks for more signers than it names",
                "{keys: [a.pub], quorum: 0}|quorum",
                "{keys: [a.pub], need: 1}|need",
                "{keys: [a.pub], need: any, quorum: 1}|say two things",
                "{keys: [../a.pub]}|keys",
                "{keys: [/etc/a.pub]}|keys",
                "{keys: [a.pub], for: [shop]}|shop",
                "{identities: [{issuer: i, subject: s}]}|lead back to nothing without a `trust-root`",
                "{identities: [{issuer: i}], trust-root: [t.json]}|one of `subject` and",
                "{identities: [{issuer: i, subject: s, subject-pattern: p}], trust-root: [t.json]}"
                        + "|one of `subject` and",
                "{identities: [{subject: s}], trust-root: [t.json]}|issuer"
            })
    void what_could_never_be_satisfied_or_means_nothing_is_refused(String written, String why)
            throws IOException {
        Reading<EnvironmentView> read = read(written);
        assertThat(read).isInstanceOf(Reading.Refused.class);
        assertThat(read.toString()).contains(why);
    }

    @Test
    void who_and_how_many_is_what_is_written() throws IOException {
        SignatureDemand demand = demand("{keys: [a.pub, b.pub], need: all, for: [front]}");
        assertThat(demand.need()).isEqualTo(SignatureRule.ALL);
        assertThat(demand.isFor("web", Map.of("front", List.of("web")))).isTrue();
        assertThat(demand.isFor("api", Map.of("front", List.of("web")))).isFalse();
        assertThat(demand("{keys: [a.pub]}").need()).isEqualTo(1);
        assertThat(demand("{keys: [a.pub, b.pub], quorum: 2}").need()).isEqualTo(2);
        assertThat(
                        demand(
                                        "{identities: [{issuer: i, subject-pattern: \"p/*\"}],"
                                                + " trust-root: [t.json], provenance: {source: s}}")
                                .identities())
                .containsExactly(new SignatureRule.Identity("i", "p/*", true));
        assertThat(SignatureDemand.NONE.isFor("api", Map.of())).isFalse();
    }

    @Test
    void a_key_that_is_not_there_is_told_before_anybody_releases() throws IOException {
        if (read("{keys: [a.pub]}")
                instanceof Reading.Read<EnvironmentView>(EnvironmentView view)) {
            assertThat(FolderCheck.check(view, "").wrong().toString())
                    .contains("there is no file `a.pub`");
            Files.writeString(folder.resolve("a.pub"), "");
            assertThat(FolderCheck.check(view, "").wrong().toString()).doesNotContain("a.pub");
        } else {
            throw new AssertionError("it was refused");
        }
    }

    private SignatureDemand demand(String written) throws IOException {
        return read(written) instanceof Reading.Read<EnvironmentView>(EnvironmentView view)
                ? view.gates().signatures()
                : SignatureDemand.NONE;
    }
}
