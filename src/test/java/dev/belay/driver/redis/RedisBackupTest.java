package dev.belay.driver.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.Choices;
import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Backups of a real server: that they hold everything, are of one instant, and that nothing else
/// passes for one.
@Timeout(120)
class RedisBackupTest {
    private static final AtomicInteger number = new AtomicInteger();
    private static TestRedis server;
    private static BackupStore store;
    private static StoredBackup backup;

    @TempDir private static Path folder;

    @BeforeAll
    static void a_good_backup() throws Exception {
        server = TestRedis.start();
        server.fill();
        store = BackupStore.at(folder.resolve("backups"));
        backup = good(make(server.url()));
    }

    @AfterAll
    static void no_server() {
        server.close();
    }

    private static Workshop workshop() {
        return new Workshop(folder.resolve("scratch"), 1, ProgressListener.NONE);
    }

    private static BackupOutcome make(String url) throws Exception {
        return new RedisKind().make(url, store, BackupKeys.UNENCRYPTED, workshop()).outcome();
    }

    private static StoredBackup good(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        return ((BackupOutcome.Verified) outcome).backup();
    }

    private static String refusal(BackupOutcome outcome) {
        assertThat(outcome).isInstanceOf(BackupOutcome.Refused.class);
        return ((BackupOutcome.Refused) outcome).reason();
    }

    private static BackupOutcome verified(StoredBackup one) throws Exception {
        return new RedisKind().verify(store, one, BackupKeys.UNENCRYPTED, workshop());
    }

    @Test
    void it_holds_every_key_of_every_database_and_leaves_nothing_behind() throws Exception {
        var rows = new TreeMap<String, Long>();
        backup.manifest().tables().forEach((name, sum) -> rows.put(name, sum.rows()));
        assertThat(rows)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("database 0", 15L, "database 0, expiring", 3L, "database 3", 1L));
        assertThat(RedisFacts.of(backup.manifest()).functions()).containsKey("shop");
        assertThat(backup.verified()).isPresent();
        try (var left = Files.list(folder.resolve("scratch"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void it_is_of_one_instant_while_others_write() throws Exception {
        try (TestRedis busy = TestRedis.start()) {
            var begun = new CountDownLatch(1);
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        try (RedisSession session = busy.session()) {
                            while (!Thread.interrupted()) {
                                session.ask(
                                        List.of(
                                                RedisSession.command("MULTI"),
                                                RedisSession.command("INCR", "debit"),
                                                RedisSession.command("INCR", "credit"),
                                                RedisSession.command("EXEC")));
                                begun.countDown();
                            }
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
            begun.await();
            long before = Long.parseLong(busy.say("GET debit"));
            StoredBackup made = good(make(busy.url()));
            writer.interrupt();
            writer.join();
            try (TestRedis empty = TestRedis.start()) {
                assertThat(restored(busy.url(), made, empty.url())).isEqualTo(empty.url());
                assertThat(Long.parseLong(empty.say("GET debit")))
                        .isEqualTo(Long.parseLong(empty.say("GET credit")))
                        .isGreaterThanOrEqualTo(before);
            }
        }
    }

    /// Where it was restored, or the reason why not.
    private static String restored(String living, StoredBackup one, String into) throws Exception {
        var restorer = new RedisKind().restorer(living, BackupKeys.UNENCRYPTED, workshop());
        return switch (restorer.restore(one, into)) {
            case dev.belay.driver.backup.Restorer.Outcome.Restored made -> made.database();
            case dev.belay.driver.backup.Restorer.Outcome.Refused(String reason, String _) ->
                    reason;
        };
    }

    @Test
    void of_an_address_with_a_number_it_holds_that_database_and_says_what_else_there_is()
            throws Exception {
        var outcome = (BackupOutcome.Verified) make(server.url() + "/3");

        assertThat(outcome.backup().manifest().tables().keySet()).containsExactly("database 3");
        assertThat(String.join("\n", outcome.verification().remarks()))
                .contains("databases [0] of the server hold keys, too");
    }

    @Test
    void an_encrypted_one_is_proven_and_later_needs_a_key() throws Exception {
        var keys =
                new BackupKeys(
                        List.of("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"),
                        List.of());
        var made = new RedisKind().make(server.url(), store, keys, workshop());
        StoredBackup one = good(made.outcome());

        assertThat(one.manifest().files().getFirst().name()).isEqualTo("dump.rdb.zst.age");
        assertThat(refusal(new RedisKind().verify(store, one, keys, workshop())))
                .contains("no secret key");
        assertThat(new RedisKind().verify(store, one, made.keys(), workshop()))
                .isInstanceOf(BackupOutcome.Verified.class);
    }

    @Test
    void keys_whose_time_came_since_are_no_fault() throws Exception {
        try (TestRedis one = TestRedis.start()) {
            one.say("SET stays x");
            one.say("SET goes x PX 3000");
            StoredBackup made = good(make(one.url()));
            while (!one.say("EXISTS goes").equals("0")) {
                LockSupport.parkNanos(5_000_000);
            }

            var again = (BackupOutcome.Verified) verified(made);

            assertThat(again.verification().remarks().toString()).contains("1 keys expired since");
        }
    }

    // --- what must not pass -----------------------------------------------------------------

    /// The same manifest, with a file of that content which is hashed as it is: only what is loaded
    /// can tell.
    private static StoredBackup resealed(byte[] content) throws Exception {
        String name = BackupStore.name(Instant.now(), "altered" + number.incrementAndGet());
        Path partial = store.begin(name);
        BackupManifest old = backup.manifest();
        try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            var file =
                    new Seal(BackupKeys.UNENCRYPTED)
                            .write(
                                    new ByteArrayInputStream(content),
                                    partial,
                                    "dump.rdb.zst",
                                    meter);
            return store.finish(
                    partial,
                    new BackupManifest(
                            old.version(),
                            name,
                            old.engine(),
                            old.database(),
                            old.server(),
                            old.started(),
                            old.instant(),
                            old.finished(),
                            old.databaseBytes(),
                            old.recipients(),
                            List.of(file),
                            old.tables(),
                            old.facts(),
                            old.previous()));
        }
    }

    private static byte[] content(StoredBackup one) throws Exception {
        var plain = new ByteArrayOutputStream();
        try (var meter = new Meter(Stage.FILES, 0, ProgressListener.NONE)) {
            new Seal(BackupKeys.UNENCRYPTED)
                    .read(one.folder(), one.manifest().files().getFirst(), plain, meter);
        }
        return plain.toByteArray();
    }

    @Test
    void an_empty_a_cut_and_another_servers_dump_are_refused_even_when_their_hashes_fit()
            throws Exception {
        byte[] whole = content(backup);

        assertThat(refusal(verified(resealed(new byte[0])))).contains("cannot be restored");
        assertThat(refusal(verified(resealed(Arrays.copyOf(whole, whole.length / 2)))))
                .contains("cannot be restored");
        try (TestRedis other = TestRedis.start()) {
            other.say("SET text hello");
            assertThat(refusal(verified(resealed(content(good(make(other.url())))))))
                    .contains("there are 1 keys and not 15");
            other.fill();
            other.say("SET text hallo");
            assertThat(refusal(verified(resealed(content(good(make(other.url())))))))
                    .contains("of database 0 the 15 keys are others");
        }
        // The good one is good.
        assertThat(verified(resealed(whole))).isInstanceOf(BackupOutcome.Verified.class);
    }

    @Test
    void a_flipped_bit_is_refused_by_the_hashes_and_without_them() throws Exception {
        byte[] whole = content(backup);
        Choices.forAll(
                12,
                choices -> {
                    byte[] flipped = whole.clone();
                    int at = choices.between(0, whole.length - 1);
                    flipped[at] = (byte) (flipped[at] ^ 1 << choices.between(0, 7));
                    try {
                        assertThat(verified(resealed(flipped)))
                                .as("bit of byte %d", at)
                                .isInstanceOf(BackupOutcome.Refused.class);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
        StoredBackup one = resealed(whole);
        Path file = one.folder().resolve("dump.rdb.zst");
        byte[] stored = Files.readAllBytes(file);
        stored[stored.length / 2] ^= 4;
        Files.write(file, stored);
        assertThat(BackupFiles.damage(one)).isPresent();
        assertThat(refusal(verified(one))).contains("is not as it was written");
    }

    @Test
    void sums_of_other_keys_are_refused() throws Exception {
        StoredBackup one = resealed(content(backup));
        var tables = new TreeMap<>(one.manifest().tables());
        tables.put("database 7", new RowChecksum(1, 2, 3, 4));
        var manifest = one.manifest();
        var more =
                new BackupManifest(
                        manifest.version(),
                        manifest.name(),
                        manifest.engine(),
                        manifest.database(),
                        manifest.server(),
                        manifest.started(),
                        manifest.instant(),
                        manifest.finished(),
                        manifest.databaseBytes(),
                        manifest.recipients(),
                        manifest.files(),
                        tables,
                        manifest.facts(),
                        manifest.previous());

        assertThat(refusal(verified(new StoredBackup(one.folder(), more, "", null))))
                .contains("of database 7 there are 0 keys and not 1");
    }

    @Test
    void a_server_of_a_cluster_is_refused() throws Exception {
        try (TestRedis one = TestRedis.start("cluster-enabled yes")) {
            assertThat(refusal(make(one.url()))).contains("is one of a cluster");
        }
    }

    @Test
    void who_may_not_replicate_is_told_what_it_takes() throws Exception {
        try (TestRedis one =
                TestRedis.start(
                        "user anna on >secret ~* &* +@all -psync -sync",
                        "user ben on >secret ~* +ping +psync +replconf +info")) {
            one.say("SET a b");
            String url = "redis://anna:secret@127.0.0.1:" + one.port();
            assertThatThrownBy(() -> make(url))
                    .isInstanceOf(DataFailure.class)
                    .hasMessageContaining("gives no copy of itself");
            good(make(url.replace("anna", "ben")));
        }
    }

    @Test
    void a_scratch_server_of_a_killed_process_is_ended_and_removed() throws Exception {
        Path scratch = Files.createDirectories(folder.resolve("left"));
        Path own = ScratchRedis.folder(scratch);
        ScratchRedis left = ScratchRedis.start(own, 16, "");

        new RedisKind().sweep(scratch);

        assertThat(left.isRunning()).isFalse();
        assertThat(own).doesNotExist();
    }
}
