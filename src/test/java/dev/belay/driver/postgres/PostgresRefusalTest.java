package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// Damage of every kind that has restored without an error somewhere, done to a good backup. Each
/// must be refused: by the hashes of the files, and where these are left out, by what was restored.
@Timeout(240)
class PostgresRefusalTest {
    private static final String SCHEMA = "schema.sql";
    private static BackupDatabases databases;
    private static BackupStore store;
    private static StoredBackup backup;

    /// The file of the table `t`, which is text.
    private static String rows;

    @TempDir private static Path folder;
    private Path bench;
    private Path dump;
    private PostgresVerification verification;

    @BeforeAll
    static void a_good_backup() throws Exception {
        databases = new BackupDatabases();
        store = BackupStore.at(folder.resolve("backups"));
        PostgresAddress address = databases.empty();
        BackupDatabases.run(
                address,
                "CREATE TABLE t AS SELECT i AS a, 'a text of row ' || i AS b FROM generate_series(1,"
                        + " 500) i; CREATE SEQUENCE s; SELECT nextval('s') FROM generate_series(1, 40);"
                        + " CREATE TABLE u (a int PRIMARY KEY); GRANT SELECT ON t TO reader; SELECT"
                        + " lo_from_bytea(0, 'an object')");
        var workshop = new Workshop(databases.folder(), 2, ProgressListener.NONE);
        var made = new PostgresBackup(address, store, BackupKeys.UNENCRYPTED, workshop).make();
        backup = ((BackupOutcome.Verified) made).backup();
        var largest =
                backup.manifest().files().stream()
                        .filter(file -> file.name().matches("data/[0-9]+\\.dat\\.zst"))
                        .max(java.util.Comparator.comparingLong(file -> file.bytes()))
                        .orElseThrow();
        rows = largest.name().replaceAll("data/(.*)\\.zst", "$1");
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    @BeforeEach
    void unpacked() throws Exception {
        bench = Files.createTempDirectory(folder, "bench");
        dump = Files.createDirectory(bench.resolve("data"));
        var workshop = new Workshop(databases.folder(), 1, ProgressListener.NONE);
        verification = new PostgresVerification(workshop, BackupKeys.UNENCRYPTED);
        assertThat(verification.unpack(backup, dump)).isEmpty();
    }

    private Optional<BackupOutcome.Refused> restore(BackupManifest manifest) throws Exception {
        return verification.restore(
                manifest,
                dump,
                BackupDatabases.programs(),
                new NewDatabase(databases.server(), PostgresVerification.facts(manifest)),
                databases.server().at("tried"),
                new ArrayList<>());
    }

    private String reason() throws Exception {
        return reason(backup.manifest());
    }

    private String reason(BackupManifest manifest) throws Exception {
        Optional<BackupOutcome.Refused> refused = restore(manifest);
        assertThat(refused).isPresent();
        assertThat(
                        BackupDatabases.ask(
                                databases.server(),
                                "SELECT count(*) FROM pg_database WHERE datname = 'tried'"))
                .isEqualTo("0");
        return refused.orElseThrow().reason();
    }

    @Test
    void undamaged_it_is_accepted() throws Exception {
        assertThat(restore(backup.manifest())).isEmpty();
        BackupDatabases.run(databases.server(), "DROP DATABASE tried");
    }

    @Test
    void a_data_file_of_no_bytes_is_refused_by_the_rows() throws Exception {
        Files.write(dump.resolve(rows), new byte[0]);
        assertThat(reason()).contains("\"t\" holds 0 rows").contains("it held 500 rows");
    }

    @Test
    void a_data_file_cut_at_a_row_is_refused_by_the_rows() throws Exception {
        List<String> lines = Files.readAllLines(dump.resolve(rows));
        Files.writeString(
                dump.resolve(rows), String.join("\n", lines.subList(0, 250)) + "\n\\.\n\n\n");
        assertThat(reason()).contains("\"t\" holds 250 rows");
    }

    @Test
    void a_data_file_that_is_missing_is_refused_by_pg_restore() throws Exception {
        Files.delete(dump.resolve(rows));
        assertThat(reason()).contains("cannot be restored").contains("No such file");
    }

    @Test
    void without_any_file_hash_ten_flipped_bits_are_refused_by_the_rows() throws Exception {
        byte[] good = Files.readAllBytes(dump.resolve(rows));
        Choices.forAll(
                10,
                choices -> {
                    byte[] bad = good.clone();
                    // Somewhere in the texts: digits of a number.
                    int at = choices.between(0, bad.length - 10);
                    while (bad[at] < '0' || bad[at] > '9') {
                        at = (at + 1) % (bad.length - 10);
                    }
                    bad[at] ^= 1;
                    Files.write(dump.resolve(rows), bad);
                    assertThat(reason()).contains("\"t\" holds 500 rows");
                });
    }

    @Test
    void a_sequence_that_is_too_low_is_refused() throws Exception {
        PostgresFacts facts = PostgresVerification.facts(backup.manifest());
        var sequences = new TreeMap<>(facts.sequences());
        var at = new SequencePosition(41, true, 1);
        sequences.put("\"public\".\"s\"", new PostgresFacts.Span(at, at));
        assertThat(reason(with(facts, sequences, facts.schemaHash())))
                .contains("\"s\" stands at 40");
    }

    @Test
    void a_right_that_is_lost_is_refused() throws Exception {
        PostgresFacts facts = PostgresVerification.facts(backup.manifest());
        String schema =
                Files.readString(bench.resolve(SCHEMA)) + "\nGRANT INSERT ON TABLE t TO reader;";
        Files.writeString(bench.resolve(SCHEMA), schema);
        SchemaText text;
        try (var in = Files.newInputStream(bench.resolve(SCHEMA))) {
            text = SchemaText.read(in);
        }
        assertThat(reason(with(facts, new TreeMap<>(facts.sequences()), text.hash())))
                .contains("missing GRANT INSERT ON TABLE t TO reader");
    }

    @Test
    void a_dump_of_another_database_is_refused() throws Exception {
        PostgresAddress other = databases.empty();
        BackupDatabases.run(
                other,
                "CREATE TABLE t AS SELECT i AS a, 'another text ' || i AS b FROM generate_series(1,"
                        + " 500) i");
        BackupManifest mine = backup.manifest();
        var workshop = new Workshop(databases.folder(), 1, ProgressListener.NONE);
        var made = new PostgresBackup(other, store, BackupKeys.UNENCRYPTED, workshop).make();
        StoredBackup another = ((BackupOutcome.Verified) made).backup();
        BackupStore.remove(dump);
        Files.delete(bench.resolve(SCHEMA));
        Files.createDirectory(dump);
        assertThat(verification.unpack(another, dump)).isEmpty();
        assertThat(reason(mine)).contains("the schema is not the one");
        store.delete(another);
    }

    private static BackupManifest with(
            PostgresFacts facts,
            SortedMap<String, PostgresFacts.Span> sequences,
            String schemaHash) {
        BackupManifest it = backup.manifest();
        var other =
                new PostgresFacts(
                        facts.serverVersion(),
                        facts.systemIdentifier(),
                        facts.walPosition(),
                        facts.properties(),
                        facts.extensions(),
                        facts.roles(),
                        facts.settings(),
                        sequences,
                        facts.largeObjects(),
                        facts.unfilled(),
                        facts.notCompared(),
                        schemaHash,
                        facts.catalogue(),
                        facts.pinned(),
                        facts.tablespaces());
        return new BackupManifest(
                it.version(),
                it.name(),
                it.engine(),
                it.database(),
                it.server(),
                it.started(),
                it.instant(),
                it.finished(),
                it.databaseBytes(),
                it.recipients(),
                it.files(),
                it.tables(),
                JsonMapper.shared().valueToTree(other),
                it.previous());
    }

    @Test
    void of_two_hundred_flipped_bits_cuts_and_empty_files_none_is_accepted() throws Exception {
        List<Path> files;
        try (var all = Files.walk(backup.folder())) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        Choices.forAll(
                200,
                choices -> {
                    Path file = choices.oneOf(files);
                    byte[] good = Files.readAllBytes(file);
                    Files.write(file, damaged(good, choices));
                    try {
                        assertThat(accepted(backup.folder())).as("%s", file).isFalse();
                    } finally {
                        Files.write(file, good);
                    }
                });
        assertThat(accepted(backup.folder())).isTrue();
        Files.writeString(backup.folder().resolve("data/stranger"), "x");
        assertThat(accepted(backup.folder())).isFalse();
        Files.delete(backup.folder().resolve("data/stranger"));
    }

    private static byte[] damaged(byte[] good, Choices choices) {
        if (choices.chance(10)) {
            return new byte[0];
        }
        if (choices.chance(20)) {
            return java.util.Arrays.copyOf(good, choices.between(0, good.length - 1));
        }
        byte[] bad = good.clone();
        bad[choices.between(0, bad.length - 1)] ^= (byte) (1 << choices.between(0, 7));
        return bad;
    }

    /// By what is looked at before anything is restored.
    private static boolean accepted(Path folder) throws IOException {
        try {
            StoredBackup read = BackupStore.read(folder);
            return BackupFiles.damage(read).isEmpty() && read.verified().isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void a_manifest_is_text_that_people_read() throws Exception {
        String text = Files.readString(backup.folder().resolve("manifest.json"));
        assertThat(text)
                .contains("\"database\" : ", "\"storedSha256\" : ", "\"rows\" : 500")
                .doesNotContain(databases.server().password());
        assertThat(text.getBytes(StandardCharsets.UTF_8)).isNotEmpty();
    }
}
