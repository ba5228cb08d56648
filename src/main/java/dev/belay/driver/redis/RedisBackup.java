package dev.belay.driver.redis;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.json.JsonMapper;

/// Backs a Redis server up: a replica in scratch that stops following is the state of one instant;
/// what it writes is sealed, its keys are added up, and a second server that loads what was sealed
/// has to have the same sums.
///
/// Blocks; an interrupt ends it and everything that it started.
final class RedisBackup {
    static final String ENGINE = "redis";

    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final RedisAddress source;
    private final BackupStore store;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final SSLContext trust;

    RedisBackup(
            RedisAddress source,
            BackupStore store,
            BackupKeys keys,
            Workshop workshop,
            SSLContext trust) {
        this.source = source;
        this.store = store;
        this.keys = keys;
        this.workshop = workshop;
        this.trust = trust;
    }

    /// Makes one and verifies it.
    ///
    /// @param withOurs also encrypted to a key that only we have
    BackupOutcome make(BackupKeys withOurs) throws DataFailure, InterruptedException {
        try (RedisSession session = RedisSession.open(source, trust, SILENCE)) {
            RedisSource facts = RedisSource.read(session);
            Optional<BackupOutcome.Refused> obstacle = facts.obstacle(workshop.scratch());
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
            StoredBackup made = written(session, facts, withOurs);
            return new RedisTrial(workshop, withOurs).verify(store, made, facts.remarks(source));
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    private StoredBackup written(RedisSession session, RedisSource facts, BackupKeys withOurs)
            throws DataFailure, IOException, InterruptedException {
        Instant started = Instant.now();
        String name = BackupStore.name(started, source.called());
        Path partial = null;
        try (FrozenCopy copy = FrozenCopy.of(source, session, facts.databases(), workshop, trust)) {
            partial = store.begin(name);
            SealedFile file = sealed(copy.server(), new Seal(withOurs), partial);
            KeySums sums;
            try (var meter = new Meter(Stage.COMPARE, 0, workshop.listener())) {
                sums = KeySums.read(copy.server(), copy.instant(), meter::add);
            }
            return store.finish(
                    partial,
                    new BackupManifest(
                            BackupManifest.VERSION,
                            name,
                            ENGINE,
                            source.called(),
                            "%s:%d, Redis %s"
                                    .formatted(source.host(), source.port(), facts.version()),
                            started,
                            copy.instant(),
                            Instant.now(),
                            facts.bytes(),
                            keys.recipients(),
                            List.of(file),
                            tables(sums),
                            JsonMapper.shared().valueToTree(all(facts, copy.server(), sums)),
                            previous()));
        } finally {
            if (partial != null) {
                BackupStore.remove(partial);
            }
        }
    }

    /// Before anything else: keys whose time comes meanwhile are still in it.
    private SealedFile sealed(ScratchRedis server, Seal seal, Path partial)
            throws DataFailure, IOException {
        try (RedisSession session = server.session()) {
            session.need("SAVE");
        }
        try (InputStream in = Files.newInputStream(server.dump());
                var meter = new Meter(Stage.DUMP, Files.size(server.dump()), workshop.listener())) {
            return seal.write(in, partial, ScratchRedis.DUMP + seal.suffix(), meter);
        }
    }

    /// As people see them: those that stay and those that expire, by database.
    static SortedMap<String, RowChecksum> tables(KeySums sums) {
        var tables = new TreeMap<String, RowChecksum>();
        sums.lasting().forEach((database, sum) -> tables.put("database " + database, sum));
        sums.expiring()
                .values()
                .forEach(one ->
                        tables.merge(
                                "database " + one.database() + ", expiring",
                                one.sum(),
                                RowChecksum::plus));
        return tables;
    }

    private RedisFacts all(RedisSource facts, ScratchRedis server, KeySums sums)
            throws DataFailure {
        try (RedisSession session = server.session()) {
            return new RedisFacts(
                    facts.version(),
                    source.database().orElse(-1),
                    facts.databases(),
                    facts.settings(),
                    facts.users(),
                    RedisFacts.functions(session),
                    sums.expiring());
        }
    }

    private String previous() throws IOException {
        return store.list().stream().findFirst().map(StoredBackup::manifestHash).orElse("");
    }
}
