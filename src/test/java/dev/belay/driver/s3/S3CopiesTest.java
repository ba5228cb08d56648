package dev.belay.driver.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Copies;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import dev.belay.driver.configuration.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class S3CopiesTest {
    /// As small as S3 itself would take.
    private static final int PART = 5 << 20;

    private static final String ADDRESS = "s3://" + ObjectStorage.BUCKET + "/of/shop/";
    private static final String BELOW = "of/shop/production/db/";

    @TempDir private Path folder;
    private ObjectStorage storage;
    private BackupStore store;
    private final Map<String, String> values = new HashMap<>();

    @BeforeEach
    void start() throws Exception {
        storage = new ObjectStorage();
        store = BackupStore.at(folder.resolve("backups"));
        values.put("AWS_ENDPOINT_URL", storage.url());
        values.put("AWS_ACCESS_KEY_ID", ObjectStorage.KEY_ID);
        values.put("AWS_SECRET_ACCESS_KEY", ObjectStorage.SECRET);
        values.put("AWS_REGION", "eu-central-1");
    }

    @AfterEach
    void stop() {
        storage.close();
    }

    private Copies copies() throws DataFailure {
        return new S3Opener(
                        (_, name) -> Optional.ofNullable(values.get(name)).map(Secret::new), PART)
                .open("production", "db", ADDRESS);
    }

    private StoredBackup backup(Instant instant, int... sizes) throws IOException {
        String name = BackupStore.name(instant, "shop");
        Path partial = store.begin(name);
        var files = new ArrayList<SealedFile>();
        for (int i = 0; i < sizes.length; i++) {
            Path file = partial.resolve("data/" + i + ".zst");
            Files.createDirectories(file.getParent());
            var content = new byte[sizes[i]];
            new Random(i).nextBytes(content);
            Files.write(file, content);
            String hash = Seal.storedSha256(file);
            files.add(new SealedFile("data/" + i + ".zst", sizes[i], hash, sizes[i], hash));
        }
        var manifest =
                new BackupManifest(
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
                        files,
                        new TreeMap<>(),
                        JsonNodeFactory.instance.objectNode(),
                        "");
        StoredBackup made = store.finish(partial, manifest);
        return store.verified(
                made,
                new Verification(
                        made.manifestHash(), instant, Duration.ZERO, "here", 1, 1, 1, List.of()));
    }

    private static Instant day(int day) {
        return Instant.parse("2026-03-01T02:00:00Z").plus(Duration.ofDays(day));
    }

    @Test
    void what_was_copied_comes_back_as_it_was() throws Exception {
        StoredBackup made = backup(day(1), 100, 0, 2 * PART + 17, PART);
        try (Copies copies = copies()) {
            copies.put(made);
            assertThat(storage.writes()).last().isEqualTo(BELOW + made.name() + "/manifest.json");
            assertThat(storage.pending()).isZero();
            assertThat(copies.list()).extracting(Copies.Copy::name).containsExactly(made.name());
            assertThat(copies.list().getFirst().bytes())
                    .isGreaterThan(made.manifest().storedBytes());

            store.delete(made);
            assertThat(store.list()).isEmpty();
            Path partial = store.begin(made.name());
            copies.fetch(made.name(), partial);
            StoredBackup back = store.takeIn(partial, made.name());
            assertThat(back).isEqualTo(made);
            assertThat(back.verified()).isPresent();
        }
    }

    @Test
    void what_was_changed_there_is_not_taken_in_and_leaves_nothing() throws Exception {
        StoredBackup made = backup(day(1), 5000);
        try (Copies copies = copies()) {
            copies.put(made);
            store.delete(made);
            Objects.requireNonNull(storage.objects().get(BELOW + made.name() + "/data/0.zst"))[
                            4711] ^=
                    1;
            Path partial = store.begin(made.name());
            copies.fetch(made.name(), partial);
            assertThatThrownBy(() -> store.takeIn(partial, made.name()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is damaged: `data/0.zst` is not as it was written");
            assertThat(partial).doesNotExist();
            assertThat(store.list()).isEmpty();
        }
    }

    @Test
    void what_is_not_whole_there_is_none() throws Exception {
        StoredBackup first = backup(day(1), 10);
        StoredBackup second = backup(day(2), 10, 20, 30);
        try (Copies copies = copies()) {
            copies.put(first);
            storage.refuse("manifest.json");
            assertThatThrownBy(() -> copies.put(second))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("manifest.json")
                    .hasMessageContaining("no room")
                    .hasMessageNotContaining(ObjectStorage.SECRET);
            storage.refuse("");
            assertThat(copies.list()).extracting(Copies.Copy::name).containsExactly(first.name());
            copies.put(second);
            assertThat(copies.list())
                    .extracting(Copies.Copy::name)
                    .containsExactly(second.name(), first.name());
            copies.remove(second.name());
            assertThat(copies.list()).extracting(Copies.Copy::name).containsExactly(first.name());
            assertThat(storage.objects().keySet()).noneMatch(one -> one.contains(second.name()));
        }
    }

    @Test
    void an_upload_in_parts_that_fails_is_called_off() throws Exception {
        StoredBackup made = backup(day(1), 2 * PART);
        storage.refusePart(2);
        try (Copies copies = copies()) {
            assertThatThrownBy(() -> copies.put(made)).hasMessageContaining("no room");
        }
        assertThat(storage.pending()).isZero();
        assertThat(storage.objects()).isEmpty();
    }

    @Test
    void who_has_other_keys_or_none_is_told() throws Exception {
        StoredBackup made = backup(day(1), 10);
        values.put("AWS_SECRET_ACCESS_KEY", "another");
        try (Copies copies = copies()) {
            assertThatThrownBy(() -> copies.put(made))
                    .hasMessageContaining("HTTP 403, the signature does not match");
        }
        values.remove("AWS_SECRET_ACCESS_KEY");
        assertThatThrownBy(this::copies)
                .isInstanceOf(DataFailure.class)
                .hasMessageContaining("`AWS_SECRET_ACCESS_KEY` has no value");
        values.put("AWS_SECRET_ACCESS_KEY", ObjectStorage.SECRET);
        values.put("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        try (Copies copies = copies()) {
            assertThatThrownBy(copies::list)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("listing at s3://kept/of/shop/production/db");
        }
    }
}
