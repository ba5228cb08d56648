package dev.belay.driver.redis;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
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
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// Loads a backup into a scratch server and compares its keys with those that the source had. Those
/// that expire are compared as long as their time has not come.
final class RedisTrial {
    /// Two machines' clocks, and the time between two questions.
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final Workshop workshop;
    private final BackupKeys keys;

    RedisTrial(Workshop workshop, BackupKeys keys) {
        this.workshop = workshop;
        this.keys = keys;
    }

    /// What became of loading one.
    sealed interface Loaded {
        /// Its keys are the source's; whoever gets it ends it.
        ///
        /// @param expired keys whose time has come since, or is about to
        record Good(ScratchRedis server, long expired) implements Loaded {}

        record Not(BackupOutcome.Refused refused) implements Loaded {}
    }

    /// Writes the result down.
    ///
    /// @param known what is to be said of the source
    BackupOutcome verify(BackupStore store, StoredBackup backup, List<String> known)
            throws DataFailure, InterruptedException {
        long begin = System.nanoTime();
        try {
            return switch (load(backup)) {
                case Loaded.Not(BackupOutcome.Refused refused) -> refused;
                case Loaded.Good(ScratchRedis server, long expired) -> {
                    server.close();
                    var remarks = new ArrayList<>(known);
                    if (expired > 0) {
                        remarks.add(
                                "%,d keys expired since, or are about to, and were not compared"
                                        .formatted(expired));
                    }
                    RowChecksum total = backup.manifest().total();
                    var verification =
                            new Verification(
                                    backup.manifestHash(),
                                    Instant.now(),
                                    Duration.ofNanos(System.nanoTime() - begin),
                                    "scratch server of Redis",
                                    backup.manifest().tables().size(),
                                    total.rows(),
                                    total.bytes(),
                                    remarks);
                    yield new BackupOutcome.Verified(
                            store.verified(backup, verification), verification);
                }
            };
        } catch (KeyFailure e) {
            return new BackupOutcome.Refused(String.valueOf(e.getMessage()), e.hint());
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    /// A server that holds what the backup holds.
    Loaded load(StoredBackup backup) throws DataFailure, IOException, InterruptedException {
        BackupManifest manifest = backup.manifest();
        RedisFacts facts = RedisFacts.of(manifest);
        Optional<BackupOutcome.Refused> damaged = BackupFiles.damage(backup);
        if (damaged.isPresent()) {
            return new Loaded.Not(damaged.get());
        }
        Path folder = ScratchRedis.folder(workshop.scratch());
        boolean good = false;
        try {
            damaged = unpack(backup, folder);
            if (damaged.isPresent()) {
                return new Loaded.Not(damaged.get());
            }
            ScratchRedis server;
            try (var meter = new Meter(Stage.RESTORE, 0, workshop.listener())) {
                server = ScratchRedis.start(folder, facts.databases(), "");
                meter.add(manifest.bytes());
            } catch (ScratchRedis.Unloadable e) {
                return refused("the backup cannot be restored: " + e.reason());
            }
            Loaded loaded;
            try {
                loaded = compared(server, manifest, facts);
            } catch (DataFailure | InterruptedException | RuntimeException e) {
                server.close();
                throw e;
            }
            good = loaded instanceof Loaded.Good;
            if (!good) {
                server.close();
            }
            return loaded;
        } finally {
            if (!good) {
                Workshop.remove(folder);
            }
        }
    }

    private Optional<BackupOutcome.Refused> unpack(StoredBackup backup, Path folder)
            throws IOException {
        List<SealedFile> files = backup.manifest().files();
        if (files.size() != 1) {
            return BackupFiles.damaged(backup, "it has " + files.size() + " files and not one");
        }
        SealedFile file = files.getFirst();
        try (var meter = new Meter(Stage.FILES, file.bytes(), workshop.listener());
                OutputStream to = Files.newOutputStream(folder.resolve(ScratchRedis.DUMP))) {
            return new Seal(keys).read(backup.folder(), file, to, meter)
                    ? Optional.empty()
                    : BackupFiles.damaged(
                            backup, "`" + file.name() + "` holds something else than was written");
        }
    }

    private Loaded compared(ScratchRedis server, BackupManifest manifest, RedisFacts facts)
            throws DataFailure, InterruptedException {
        KeySums now;
        SortedMap<String, String> functions;
        try (var meter = new Meter(Stage.COMPARE, manifest.total().bytes(), workshop.listener());
                RedisSession session = server.session()) {
            now = KeySums.read(server, manifest.instant(), meter::add);
            functions = RedisFacts.functions(session);
        }
        String difference = lasting(manifest, now);
        if (difference.isEmpty() && !functions.equals(facts.functions())) {
            difference = "its functions are others";
        }
        Instant over = Instant.now().plus(MARGIN);
        long expired = 0;
        for (Map.Entry<String, KeySums.Expiring> one : facts.expiring().entrySet()) {
            KeySums.Expiring then = one.getValue();
            KeySums.Expiring here = now.expiring().get(one.getKey());
            if (then.earliest() <= over.toEpochMilli()) {
                expired += then.sum().rows();
            } else if (difference.isEmpty() && (here == null || !here.sum().equals(then.sum()))) {
                difference =
                        differs(
                                "of the keys of database "
                                        + then.database()
                                        + " that expire about "
                                        + Instant.ofEpochMilli(then.earliest()),
                                then.sum(),
                                here == null ? RowChecksum.NONE : here.sum());
            }
        }
        if (difference.isEmpty()
                && !facts.expiring().keySet().containsAll(now.expiring().keySet())) {
            difference = "it has keys that expire when none of the source's did";
        }
        return difference.isEmpty()
                ? new Loaded.Good(server, expired)
                : refused("the backup does not restore to what the source was: " + difference);
    }

    /// The manifest's own tables are what counts: they are what people see.
    private static String lasting(BackupManifest manifest, KeySums now) {
        var then = new java.util.TreeMap<>(manifest.tables());
        then.keySet().removeIf(name -> name.endsWith(", expiring"));
        var here = new java.util.TreeMap<String, RowChecksum>();
        now.lasting().forEach((database, sum) -> here.put("database " + database, sum));
        var all = new java.util.TreeSet<>(then.keySet());
        all.addAll(here.keySet());
        for (String name : all) {
            RowChecksum before = then.getOrDefault(name, RowChecksum.NONE);
            RowChecksum after = here.getOrDefault(name, RowChecksum.NONE);
            if (!before.equals(after)) {
                return differs("of " + name, before, after);
            }
        }
        return "";
    }

    private static String differs(String what, RowChecksum then, RowChecksum here) {
        return then.rows() == here.rows()
                ? what + " the %,d keys are others".formatted(then.rows())
                : what + " there are %,d keys and not %,d".formatted(here.rows(), then.rows());
    }

    private static Loaded refused(String reason) {
        return new Loaded.Not(new BackupOutcome.Refused(reason, ""));
    }
}
