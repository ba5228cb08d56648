package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An encrypted backup, and the way back from it.
@Timeout(240)
class PostgresRestoreTest {
    private static BackupDatabases databases;
    private static PostgresAddress source;
    private static StoredBackup backup;
    private static String secret;
    private static String other;
    @TempDir private static Path folder;

    @BeforeAll
    static void an_encrypted_backup() throws Exception {
        databases = new BackupDatabases();
        source = databases.rich();
        var pair = new X25519KeyPairGenerator().generateKeyPair();
        var offline = new X25519KeyPairGenerator().generateKeyPair();
        secret = pair.getPrivate().toString();
        other = new X25519KeyPairGenerator().generateKeyPair().getPrivate().toString();
        // No secret key: what is verified right away needs none.
        var keys =
                new BackupKeys(
                        List.of(pair.getPublic().toString(), offline.getPublic().toString()),
                        List.of());
        BackupStore store = BackupStore.at(folder.resolve("backups"));
        var made = new PostgresBackup(source, store, keys, workshop()).make();
        backup = ((BackupOutcome.Verified) made).backup();
        assertThat(backup.manifest().recipients()).hasSize(2).containsAll(keys.recipients());
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    private static Workshop workshop() {
        return new Workshop(databases.folder(), 2, ProgressListener.NONE);
    }

    private static PostgresRestore restore(String... identities) {
        return new PostgresRestore(
                databases.server(), workshop(), new BackupKeys(List.of(), List.of(identities)));
    }

    @Test
    void nothing_of_the_rows_is_readable_in_the_folder() throws Exception {
        try (var all = Files.walk(backup.folder())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.toString().endsWith(".json")) {
                    byte[] bytes = Files.readAllBytes(file);
                    assertThat(new String(bytes, 0, 21, StandardCharsets.US_ASCII))
                            .isEqualTo("age-encryption.org/v1");
                }
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .doesNotContain("who''s who");
            }
        }
    }

    @Test
    void it_comes_back_into_a_new_database_and_takes_the_old_ones_place() throws Exception {
        PostgresAddress living = databases.empty();
        BackupDatabases.run(living, "CREATE TABLE damaged AS SELECT 1 AS a");
        var outcome = restore(secret).restore(backup, "restored");
        assertThat(outcome).isInstanceOf(PostgresRestore.Outcome.Restored.class);
        assertThat(BackupDatabases.ask(source.at("restored"), "SELECT count(*) FROM people"))
                .isEqualTo("2000");
        Connection client = living.connect("a client");
        restore().swap(living.database(), "restored", "damaged");
        assertThatThrownBy(() -> Ask.text(client, "SELECT 1")).isInstanceOf(PostgresFailure.class);
        assertThat(BackupDatabases.ask(living, "SELECT count(*) FROM people")).isEqualTo("2000");
        assertThatThrownBy(() -> living.at("damaged").connect("a client"))
                .hasMessageContaining("not currently accepting connections");
    }

    @Test
    void over_a_database_that_is_there_nothing_is_restored() throws Exception {
        PostgresAddress living = databases.empty();
        assertThat(restore(secret).restore(backup, living.database()))
                .isInstanceOfSatisfying(
                        PostgresRestore.Outcome.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .contains("nothing is restored over a database"));
    }

    @Test
    void without_the_right_key_it_is_refused_and_nothing_is_made() throws Exception {
        assertThat(restore().restore(backup, "locked"))
                .isInstanceOfSatisfying(
                        PostgresRestore.Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("no secret key is given"));
        assertThat(restore(other).restore(backup, "locked"))
                .isInstanceOfSatisfying(
                        PostgresRestore.Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("cannot be decrypted"));
        assertThat(restore("AGE-SECRET-KEY-1XYZ").restore(backup, "locked"))
                .isInstanceOfSatisfying(
                        PostgresRestore.Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).contains("none of age"));
        assertThat(
                        BackupDatabases.ask(
                                databases.server(),
                                "SELECT count(*) FROM pg_database WHERE datname = 'locked'"))
                .isEqualTo("0");
    }

    @Test
    void roles_that_the_server_does_not_have_are_named() throws Exception {
        var programs = BackupDatabases.programs();
        Path place = Files.createDirectory(databases.folder().resolve("another"));
        place.toFile().setExecutable(true, false);
        try (ScratchCluster another =
                ScratchCluster.start(programs, place, List.of("max_connections=20"))) {
            var elsewhere =
                    new PostgresRestore(
                            another.address("postgres"),
                            workshop(),
                            new BackupKeys(List.of(), List.of(secret)));
            assertThat(elsewhere.restore(backup, "shop"))
                    .isInstanceOfSatisfying(
                            PostgresRestore.Outcome.Refused.class,
                            refused -> assertThat(refused.reason()).endsWith("owner, reader"));
        }
        // What clusters are copied from stays there.
        BackupStore.remove(place);
    }

    @Test
    void a_swap_with_what_is_not_there_changes_nothing() throws Exception {
        PostgresAddress living = databases.empty();
        assertThatThrownBy(() -> restore().swap(living.database(), "nothing", "aside"))
                .hasMessageContaining("there is no database `nothing`");
        assertThatThrownBy(() -> restore().swap(living.database(), living.database(), "postgres"))
                .hasMessageContaining("is there already");
        assertThat(BackupDatabases.ask(living, "SELECT 1")).isEqualTo("1");
    }

    @Test
    void a_verified_database_serves_as_the_template_of_a_rehearsal() throws Exception {
        var verification =
                new PostgresVerification(workshop(), new BackupKeys(List.of(), List.of(secret)));
        BackupStore store = BackupStore.at(folder.resolve("backups"));
        try (var cluster = (ScratchCluster) verification.scratch(backup)) {
            assertThat(verification.verify(store, backup, cluster, "template"))
                    .isInstanceOf(BackupOutcome.Verified.class);
            PostgresAddress copy = PostgresVerification.copy(cluster, "template", "rehearsal");
            assertThat(BackupDatabases.ask(copy, "SELECT count(*) FROM people")).isEqualTo("2000");
        }
    }

    @Test
    void keys_are_checked_when_they_are_given() {
        assertThat(BackupKeys.isRecipient(backup.manifest().recipients().getFirst())).isTrue();
        for (String wrong :
                List.of(
                        "",
                        "age1",
                        "ssh-ed25519 AAAA",
                        secret,
                        backup.manifest().recipients().getFirst().toUpperCase(java.util.Locale.ROOT)
                                + "q")) {
            assertThat(BackupKeys.isRecipient(wrong)).as(wrong).isFalse();
        }
        assertThat(Map.of("keys", new BackupKeys(List.of(), List.of(secret))).toString())
                .doesNotContain(secret);
    }
}
