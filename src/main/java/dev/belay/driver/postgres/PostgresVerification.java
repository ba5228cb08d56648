package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Folders;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Turns a backup into a database and compares that with what the source was, row by row. Nothing
/// less proves anything: a dump that is empty, or has a flipped bit, restores without a complaint.
public final class PostgresVerification {
    /// The first version that has a choice; the others copy files.
    private static final int STRATEGIES = 15;

    private final Workshop workshop;
    private final BackupKeys keys;
    private final boolean fresh;

    /// @param keys with secret ones where the backup is encrypted
    public PostgresVerification(Workshop workshop, BackupKeys keys) {
        this(workshop, keys, false);
    }

    /// @param fresh whether this Belay made the backup: another may read catalogues in another way
    PostgresVerification(Workshop workshop, BackupKeys keys, boolean fresh) {
        this.workshop = workshop;
        this.keys = keys;
        this.fresh = fresh;
    }

    /// In scratch, of which nothing is left afterwards; writes the result down.
    public BackupOutcome verify(BackupStore store, StoredBackup backup)
            throws PostgresFailure, InterruptedException {
        try {
            Optional<BackupOutcome.Refused> damaged = BackupFiles.damage(backup);
            if (damaged.isPresent()) {
                return damaged.get();
            }
            try (Scratch scratch = scratch(backup)) {
                return tried(store, backup, scratch, PostgresBackup.RESTORED);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// Where a backup can be tried: of its version, with room for what is in it.
    public Scratch scratch(StoredBackup backup) throws PostgresFailure {
        return scratch(major(facts(backup.manifest())), backup.manifest().tables().size());
    }

    Scratch scratch(int major, int tables) throws PostgresFailure {
        if (workshop.server().isNamed()) {
            return ScratchDatabases.open(workshop, major);
        }
        var programs =
                PostgresPrograms.of(major, List.of("postgres", "initdb", "pg_dump", "pg_restore"));
        int connections = 3 * workshop.jobs() + 10;
        // A dump of the schema locks every table at once.
        int locks = Math.max(64, 4 * (tables + 500) / connections);
        return ScratchCluster.start(
                programs,
                workshop.scratch(),
                List.of("max_connections=" + connections, "max_locks_per_transaction=" + locks));
    }

    /// Into a new database that the caller keeps: to rehearse in it.
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, Scratch scratch, String name)
            throws PostgresFailure, InterruptedException {
        try {
            Optional<BackupOutcome.Refused> damaged = BackupFiles.damage(backup);
            return damaged.isPresent() ? damaged.get() : tried(store, backup, scratch, name);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /// One more of a database that was verified, made by copying its files: a second restore would
    /// take ten times as long.
    public static PostgresAddress copy(ScratchCluster scratch, String verified, String name)
            throws PostgresFailure {
        String strategy = scratch.programs().major() >= STRATEGIES ? " STRATEGY file_copy" : "";
        NewDatabase.run(
                scratch.address("postgres"),
                "CREATE DATABASE %s TEMPLATE %s%s"
                        .formatted(Sql.identifier(name), Sql.identifier(verified), strategy));
        return scratch.address(name);
    }

    private BackupOutcome tried(
            BackupStore store, StoredBackup backup, Scratch scratch, String name)
            throws PostgresFailure, IOException, InterruptedException {
        long begin = System.nanoTime();
        PostgresFacts facts = facts(backup.manifest());
        var remarks = new ArrayList<>(scratch.remarks());
        Optional<BackupOutcome.Refused> refused = scratch.prepare(facts);
        if (refused.isEmpty()) {
            PostgresAddress target = scratch.address(name);
            try {
                refused =
                        restore(backup, scratch.programs(), scratch.making(facts), target, remarks);
            } catch (PostgresFailure e) {
                scratch.checkAlive();
                throw e;
            }
            if (refused.isPresent()) {
                // What a program said when its line was cut is no word about the backup.
                scratch.checkAlive();
            }
        }
        if (refused.isPresent()) {
            return refused.get();
        }
        var total = backup.manifest().total();
        var verification =
                new Verification(
                        backup.manifestHash(),
                        Instant.now(),
                        Duration.ofNanos(System.nanoTime() - begin),
                        scratch.words(facts),
                        backup.manifest().tables().size(),
                        total.rows(),
                        total.bytes(),
                        remarks);
        return new BackupOutcome.Verified(store.verified(backup, verification), verification);
    }

    /// Makes a database of the backup and compares it; one that is not equal is dropped.
    ///
    /// @param made how it is made
    /// @param target the database that is made
    Optional<BackupOutcome.Refused> restore(
            StoredBackup backup,
            PostgresPrograms programs,
            NewDatabase made,
            PostgresAddress target,
            List<String> remarks)
            throws PostgresFailure, IOException, InterruptedException {
        BackupManifest manifest = backup.manifest();
        Path bench = workshop.bench();
        try {
            Path dump = Files.createDirectory(bench.resolve(PgDump.DATA));
            Optional<BackupOutcome.Refused> damaged = unpack(backup, dump);
            return damaged.isPresent()
                    ? damaged
                    : restore(manifest, dump, programs, made, target, remarks);
        } finally {
            Workshop.remove(bench);
        }
    }

    /// As above, of a dump that lies there plainly.
    Optional<BackupOutcome.Refused> restore(
            BackupManifest manifest,
            Path dump,
            PostgresPrograms programs,
            NewDatabase made,
            PostgresAddress target,
            List<String> remarks)
            throws PostgresFailure, IOException, InterruptedException {
        PostgresFacts facts = made.facts();
        Path bench = Folders.parent(dump);
        made.create(target.database());
        boolean good = false;
        try {
            SchemaText schema;
            try (var in = Files.newInputStream(bench.resolve(PostgresBackup.SCHEMA))) {
                schema = SchemaText.read(in);
            }
            if (!schema.hash().equals(facts.schemaHash())) {
                return refused("the schema is not the one that was written", "");
            }
            try (var meter = new Meter(Stage.RESTORE, 0, workshop.listener())) {
                var restoring = new PgRestore(programs, target, dump, bench, workshop.jobs());
                restoring.run(made.isSuperusers());
                meter.add(manifest.bytes());
            }
            List<PostgresFacts.Setting> left = made.finish(target.database());
            if (!left.isEmpty()) {
                facts = facts.without(left);
                remarks.add("settings that only a superuser may make were not: " + left);
            }
            var comparison = new Comparison(target, manifest, facts);
            String difference;
            try (var meter =
                    new Meter(Stage.COMPARE, manifest.total().bytes(), workshop.listener())) {
                difference = comparison.difference(schema, programs, bench, workshop.jobs(), meter);
            }
            if (difference.isEmpty()
                    && fresh
                    && !PostgresFacts.catalogue(target).equals(facts.catalogue())) {
                difference = "its catalogue is another";
            }
            remarks.addAll(comparison.remarks());
            good = difference.isEmpty();
            return good
                    ? Optional.empty()
                    : refused(
                            "the backup does not restore to what the source was: " + difference,
                            "");
        } catch (PgRestore.Refusal e) {
            return refused("the backup cannot be restored: " + e.getMessage(), e.hint());
        } finally {
            if (!good) {
                made.drop(target.database());
            }
        }
    }

    static Optional<BackupOutcome.Refused> refused(String reason, String hint) {
        return Optional.of(new BackupOutcome.Refused(reason, hint));
    }

    Optional<BackupOutcome.Refused> unpack(StoredBackup backup, Path dump)
            throws PostgresFailure, IOException, InterruptedException {
        var seal = new Seal(keys);
        Queue<SealedFile> left = new ConcurrentLinkedQueue<>(backup.manifest().files());
        Queue<String> altered = new ConcurrentLinkedQueue<>();
        try (var meter = new Meter(Stage.FILES, backup.manifest().bytes(), workshop.listener());
                Crew crew = new Crew()) {
            for (int i = 0; i < workshop.jobs(); i++) {
                crew.begin(() -> {
                    for (SealedFile file = left.poll(); file != null; file = left.poll()) {
                        Path plain = Folders.parent(dump).resolve(plainName(file.name()));
                        try (OutputStream to = Files.newOutputStream(plain)) {
                            if (!seal.read(backup.folder(), file, to, meter)) {
                                altered.add(file.name());
                            }
                        }
                    }
                    return null;
                });
            }
            crew.await();
        } catch (KeyFailure e) {
            return refused(String.valueOf(e.getMessage()), e.hint());
        }
        return altered.isEmpty()
                ? Optional.empty()
                : BackupFiles.damaged(
                        backup, "`" + altered.peek() + "` holds something else than was written");
    }

    private static String plainName(String stored) {
        return stored.substring(0, stored.lastIndexOf(".zst"));
    }

    static PostgresFacts facts(BackupManifest manifest) throws PostgresFailure {
        if (!manifest.engine().equals(PostgresBackup.ENGINE)) {
            throw new PostgresFailure(
                    "`" + manifest.name() + "` is a backup of " + manifest.engine(), "");
        }
        try {
            return JsonMapper.shared().treeToValue(manifest.facts(), PostgresFacts.class);
        } catch (JacksonException e) {
            throw new PostgresFailure(
                    "the manifest of `%s` cannot be read: %s"
                            .formatted(manifest.name(), e.getOriginalMessage()),
                    "");
        }
    }

    static int major(PostgresFacts facts) {
        return major(facts.serverVersion());
    }

    /// 15 of `15.18 (Debian 15.18-0+deb12u1)`.
    static int major(String version) {
        return Integer.parseInt(version.replaceAll("\\D.*", ""));
    }

    static PostgresFailure failure(IOException e) {
        String text = String.valueOf(e.getMessage());
        return new PostgresFailure(
                e instanceof KeyFailure ? text : "a file of the backup: " + text,
                e instanceof KeyFailure key
                        ? key.hint()
                        : text.contains("No space left") ? "make room on the disk" : "");
    }
}
