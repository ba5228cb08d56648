package dev.belay.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditSearch;
import dev.belay.journal.AuditTree;
import dev.belay.journal.AuditVerifier;
import dev.belay.journal.SqliteJournal;
import dev.belay.journal.tree.NoteSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir private Path folder;
    private SqliteJournal journal;

    @BeforeEach
    void open() {
        journal = Logged.open(folder.resolve("journal.db"));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void the_key_is_made_once_closed_to_others_and_told_in_the_log() throws IOException {
        Path audit = folder.resolve("audit");
        NoteSigner made = AuditKey.open(audit, journal);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(audit.resolve("key"))))
                .isEqualTo("rw-------");
        assertThat(AuditKey.open(audit, journal).publicKey()).isEqualTo(made.publicKey());
        assertThat(AuditKey.published(audit)).contains(made.publicKey());
        var range = new AuditSearch.Range(0, 0, 0, 0, false, 10);
        List<AuditLog.Leaf> told =
                journal.search(new AuditSearch("", "", "audit-key-made", "", "", range));
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().body())
                .contains(made.publicKey().written())
                .doesNotContain("PRIVATE");
    }

    @Test
    void a_key_that_is_open_to_others_or_is_none_signs_nothing() throws IOException {
        Path audit = folder.resolve("audit");
        NoteSigner _ = AuditKey.open(audit, journal);
        Path key = audit.resolve("key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> AuditKey.open(audit, journal))
                .hasMessageContaining("open to others");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(key, "half a k");
        assertThatThrownBy(() -> AuditKey.open(audit, journal))
                .hasMessageContaining("holds no key");
    }

    @Test
    void what_a_crash_left_unsigned_is_signed_at_the_next_start_and_each_size_once()
            throws Exception {
        NoteSigner signer = NoteSigner.random("belay/test");
        Logged.deed(journal, "drill-begun");
        var told = new CountDownLatch(1);
        var checkpoints = new Checkpoints(journal, signer, journal::now, told::countDown);
        assertThat(journal.newest()).isEmpty();
        checkpoints.start();
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(journal.newest()).map(AuditTree.Kept::size).contains(1L);
        assertThat(checkpoints.sign()).isEqualTo(journal.newest());
        Logged.deed(journal, "drill-ended");
        checkpoints.close();
        assertThat(journal.checkpoints(0, 10))
                .extracting(AuditTree.Kept::size)
                .containsExactly(1L, 2L);
        assertThat(
                        AuditVerifier.verify(
                                        folder.resolve("journal.db"),
                                        List.of(signer.publicKey()),
                                        List.of())
                                .signedUpTo())
                .isEqualTo(2);
    }

    @Test
    void an_empty_log_is_not_signed() {
        var checkpoints =
                new Checkpoints(journal, NoteSigner.random("belay/test"), journal::now, () -> {});
        assertThat(checkpoints.sign()).isEmpty();
    }
}
