package dev.belay.driver.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class BackupStoreTest {
    private static final Instant NOW = Instant.parse("2026-03-01T02:00:00Z");
    @TempDir private Path folder;
    private BackupStore store;

    @BeforeEach
    void place() throws Exception {
        store = BackupStore.at(folder.resolve("backups"));
    }

    private static BackupManifest manifest(String name, Instant instant, SealedFile... files) {
        var tables = new TreeMap<String, RowChecksum>();
        tables.put("\"public\".\"t\"", new RowChecksum(3, 30, -1, Long.MIN_VALUE));
        return new BackupManifest(
                BackupManifest.VERSION,
                name,
                "postgres",
                "shop",
                "db:5432",
                instant,
                instant,
                instant,
                1000,
                List.of(),
                List.of(files),
                tables,
                JsonNodeFactory.instance.objectNode().put("ä", "\n\"}"),
                "");
    }

    private StoredBackup stored(Instant instant) throws IOException {
        String name = BackupStore.name(instant, "my shop/../x");
        Path partial = store.begin(name);
        var from =
                new ByteArrayInputStream(
                        "some text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            var file = new Seal(BackupKeys.UNENCRYPTED).write(from, partial, "a.zst", meter);
            return store.finish(partial, manifest(name, instant, file));
        }
    }

    @Test
    void what_is_written_is_read_again() throws Exception {
        StoredBackup made = stored(NOW);
        assertThat(made.name()).matches("20260301T020000Z-my-shop-x-[0-9a-f]{4}");
        StoredBackup found = store.find(made.name()).orElseThrow();
        assertThat(found).isEqualTo(made);
        assertThat(found.manifest().total()).isEqualTo(new RowChecksum(3, 30, -1, Long.MIN_VALUE));
        var text = new ByteArrayOutputStream();
        try (var meter = new Meter(Stage.FILES, 0, ProgressListener.NONE)) {
            var file = found.manifest().files().getFirst();
            assertThat(new Seal(BackupKeys.UNENCRYPTED).read(found.folder(), file, text, meter))
                    .isTrue();
            assertThat(Seal.storedSha256(found.folder().resolve(file.name())))
                    .isEqualTo(file.storedSha256());
        }
        assertThat(text).hasToString("some text");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(found.folder())))
                .isEqualTo("rwx------");
    }

    @Test
    void the_newest_comes_first_and_a_damaged_one_is_not_listed() throws Exception {
        StoredBackup old = stored(NOW.minus(Duration.ofDays(1)));
        StoredBackup fresh = stored(NOW);
        assertThat(store.list())
                .extracting(StoredBackup::name)
                .containsExactly(fresh.name(), old.name());
        Path file = fresh.folder().resolve("manifest.json");
        Files.writeString(file, Files.readString(file).replace("\"shop\"", "\"shoq\""));
        assertThat(store.list()).extracting(StoredBackup::name).containsExactly(old.name());
        assertThatThrownBy(() -> store.find(fresh.name()))
                .hasMessageContaining("not as it was written");
    }

    @Test
    void a_verification_counts_for_its_own_manifest_only() throws Exception {
        StoredBackup made = stored(NOW);
        assertThat(made.verified()).isEmpty();
        var good =
                new Verification(
                        made.manifestHash(),
                        NOW,
                        Duration.ofSeconds(3),
                        "here",
                        1,
                        3,
                        30,
                        List.of());
        assertThat(store.verified(made, good).verified()).contains(good);
        var strange =
                new Verification("00", NOW, Duration.ofSeconds(3), "here", 1, 3, 30, List.of());
        assertThat(store.verified(made, strange).verified()).isEmpty();
    }

    @Test
    void what_never_became_a_backup_is_swept_and_nothing_else() throws Exception {
        StoredBackup made = stored(NOW);
        Path partial = store.begin(BackupStore.name(NOW, "cut"));
        Files.writeString(partial.resolve("x"), "x");
        Path named = Files.createDirectory(store.root().resolve("20260301T020000Z-shop-0000"));
        Path others = Files.createDirectory(store.root().resolve("photos"));
        store.sweep();
        assertThat(partial).doesNotExist();
        // Its manifest may be there again when the disk is well.
        assertThat(named).exists();
        assertThat(others).exists();
        assertThat(store.list()).containsExactly(made);
        store.delete(made);
        assertThat(made.folder()).doesNotExist();
        assertThat(store.list()).isEmpty();
    }

    @Test
    void names_lead_nowhere_else() throws Exception {
        stored(NOW);
        for (String name : List.of("", ".", "..", "../backups", "/etc", "x/../..")) {
            assertThat(store.find(name)).as(name).isEmpty();
        }
    }

    @Test
    void a_backup_under_anothers_name_is_refused() throws Exception {
        StoredBackup made = stored(NOW);
        Path elsewhere = store.root().resolve("20260301T020000Z-shop-0000");
        Files.move(made.folder(), elsewhere);
        assertThatThrownBy(() -> BackupStore.read(elsewhere))
                .hasMessageContaining("holds the manifest of");
    }
}
