package dev.belay.server.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.gate.report.Stated;
import dev.belay.journal.SqliteJournal;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Reading;
import dev.belay.release.Digest;
import dev.belay.release.Scope;
import dev.belay.release.SignatureRule;
import dev.belay.release.Work;
import dev.belay.server.signature.OwnKey;
import dev.belay.server.signature.Unsigned;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whose signatures count, as the manifest changes while a release waits.
class SignatureJudgeTest {
    @TempDir private Path folder;
    private final OwnKey first = OwnKey.ecdsa("secp256r1");
    private final OwnKey second = OwnKey.ed25519(true);
    private SqliteJournal journal;
    private EvidenceStore store;
    private EvidenceBook book;
    private SignatureJudge signatures;
    private EvidenceJudge judge;
    private Digest artifact;
    private byte[] archive;

    @BeforeEach
    void start() throws Exception {
        journal = SqliteJournal.open(folder.resolve("journal.db"));
        store = new EvidenceStore(folder.resolve("evidence"));
        book = new EvidenceBook(store, journal, () -> 1_000);
        var artifacts = new ArtifactStore(folder.resolve("artifacts"));
        Files.createDirectories(folder.resolve("app"));
        Files.writeString(folder.resolve("app/run.sh"), "exec sleep 1");
        artifact = artifacts.put(folder.resolve("app"), List.of());
        archive = Files.readAllBytes(artifacts.archive(artifact));
        signatures =
                new SignatureJudge(
                        store,
                        artifacts,
                        new SignatureJudge.Present(() -> List.of("local"), _ -> view()));
        judge =
                new EvidenceJudge(
                        store, new EvidenceLedger(journal, journal), signatures, () -> 1_000);
        Files.writeString(folder.resolve("first.pub"), first.pem());
        Files.writeString(folder.resolve("second.pub"), second.pem());
        manifest("keys: [first.pub, second.pub]");
    }

    @AfterEach
    void stop() {
        journal.close();
    }

    private void manifest(String signed) throws Exception {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  api: {kind: service, build: {output: app}, run: sh run.sh, port: 3000}
                environments:
                  local: {target: process, gates: {signatures: {%s}}}
                """
                        .formatted(signed));
    }

    private Optional<EnvironmentView> view() {
        return ManifestReader.read(folder.resolve("belay.yaml"))
                                instanceof Reading.Read<Manifest>(Manifest manifest)
                        && manifest.in("local")
                                instanceof Reading.Read<EnvironmentView>(EnvironmentView view)
                ? Optional.of(view)
                : Optional.empty();
    }

    private SignatureRule rule() throws Unsigned {
        return signatures.rule(view().orElseThrow());
    }

    private StoredEvidence add(String file) throws Exception {
        Digest digest = store.put(file.getBytes(StandardCharsets.UTF_8));
        signatures.admit(artifact, digest);
        var files = List.of(new StoredEvidence.Kept(digest.text(), "bundle.json"));
        return book.add(
                new EvidenceBook.Entry(
                        artifact, "api", "", "", "", files, Stated.NOTHING, "anna", 0),
                book.read(files, Stated.NOTHING));
    }

    private Look begins(SignatureRule rule) {
        var order =
                new Order(Scope.component("local", "api"), 1, "local-1", 1, Duration.ofSeconds(1));
        return judge.evidenced(
                new Work.Evidenced("api", artifact, null, List.of(), rule, List.of()), order);
    }

    private void fails(SignatureRule rule, String... why) {
        assertThat(begins(rule).toString()).contains("Failed").contains(why);
    }

    @Test
    void a_key_that_left_the_manifest_while_a_release_waited_ends_it() throws Exception {
        StoredEvidence added = add(first.bundle(archive));
        SignatureRule planned = rule();
        assertThat(begins(planned)).isEqualTo(new Look.Done("by " + added.id()));

        manifest("keys: [second.pub]");
        fails(planned, "nobody who is trusted signed it", "`first.pub` is no longer trusted");
        Files.writeString(folder.resolve("belay.yaml"), "platform: [");
        fails(planned, "`local` is not in the manifest");
        manifest("keys: [first.pub, second.pub]");
        assertThat(begins(planned)).isInstanceOf(Look.Done.class);
    }

    @Test
    void a_key_that_came_after_the_plan_was_made_counts_for_the_next_one() throws Exception {
        manifest("keys: [second.pub]");
        SignatureRule planned = rule();
        manifest("keys: [first.pub, second.pub]");
        add(first.bundle(archive));
        fails(planned, "nobody who is trusted signed it");
        assertThat(begins(rule())).isInstanceOf(Look.Done.class);
    }

    @Test
    void one_key_that_signed_twice_is_one() throws Exception {
        manifest("keys: [first.pub, second.pub], quorum: 2");
        add(first.bundle(archive));
        add(first.bare(archive));
        fails(rule(), "1 of 2 who must have signed it did (the key `first.pub`)");
        StoredEvidence other = add(second.bare(archive));
        assertThat(begins(rule())).isInstanceOf(Look.Done.class);
        book.withdraw(other, "anna", "the laptop was stolen");
        fails(rule(), "1 of 2 who must have signed it did");
    }

    @Test
    void what_nobody_signed_who_is_trusted_is_not_kept() throws Exception {
        OwnKey stranger = OwnKey.ecdsa("secp256r1");
        assertThatThrownBy(() -> add(stranger.bundle(archive)))
                .isInstanceOf(Unsigned.class)
                .hasMessageContaining("fits none of the keys");
        assertThatThrownBy(() -> add(first.bundle("x".getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(Unsigned.class)
                .hasMessageContaining("is of another artifact than");
        Files.writeString(
                folder.resolve("belay.yaml"),
                Files.readString(folder.resolve("belay.yaml")).replaceFirst(", gates.*", "}"));
        assertThatThrownBy(() -> add(first.bundle(archive)))
                .hasMessageContaining("no environment says whose signatures it trusts");
    }

    @Test
    void keys_are_read_from_the_manifests_folder_alone() throws Exception {
        Path outside = Files.createTempFile("outside", ".pub");
        Files.writeString(outside, first.pem());
        Files.delete(folder.resolve("first.pub"));
        Files.createSymbolicLink(folder.resolve("first.pub"), outside);
        assertThatThrownBy(this::rule)
                .hasMessage("`first.pub` is no file in the manifest's folder that can be read");
        Files.delete(folder.resolve("first.pub"));
        Files.delete(outside);
        Files.writeString(folder.resolve("first.pub"), second.pem());
        assertThatThrownBy(this::rule).hasMessage("`second.pub` is the same key as `first.pub`");
        Files.writeString(folder.resolve("first.pub"), "no key");
        assertThatThrownBy(this::rule).hasMessage("`first.pub` has no PEM block");
    }

    @Test
    void an_archive_that_is_gone_is_signed_by_nobody() throws Exception {
        add(first.bundle(archive));
        Files.delete(folder.resolve("artifacts/archives/" + artifact.hex() + ".tar"));
        fails(rule(), "cannot be held against", "no longer in the store");
    }

    @Test
    void another_trust_root_than_the_plan_was_made_with_counts_no_more() throws Exception {
        Files.writeString(folder.resolve("log.pub"), first.pem());
        String identity = "{issuer: \"https://token.example\", subject: \"a@b.example\"}";
        manifest("identities: [" + identity + "], trust-root: [log.pub]");
        assertThatThrownBy(this::rule).hasMessageContaining("has no certificate authority");
    }
}
