package dev.belay.driver.redis;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreKind;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// Redis: what a replica holds that stopped following, and a server that loads it and has the same
/// keys.
public final class RedisKind implements DatastoreKind {
    private final Supplier<SSLContext> trust;

    /// Believes the certificates that the Java runtime believes. They are read when first somebody
    /// is to be believed: that takes longer than much else of what a control plane does when it
    /// starts.
    public RedisKind() {
        trust = RedisKind::ofTheRuntime;
    }

    private static SSLContext ofTheRuntime() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    /// Believes the certificates that `trust` believes.
    public RedisKind(SSLContext trust) {
        this.trust = () -> trust;
    }

    @Override
    public Made make(String address, BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        try {
            BackupKeys withOurs = keys.withPassing();
            var backup =
                    new RedisBackup(RedisAddress.of(address), store, keys, workshop, trust.get());
            return new Made(backup.make(withOurs), withOurs);
        } catch (KeyFailure e) {
            throw DataFailure.of(e);
        }
    }

    @Override
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new RedisTrial(workshop, keys).verify(store, backup, List.of());
    }

    /// A server has no name of its own that it keeps: where it is has to do.
    @Override
    public String origin(String address) throws DataFailure {
        RedisAddress there = RedisAddress.of(address);
        return there.host() + ":" + there.port() + "/" + there.called();
    }

    @Override
    public String origin(StoredBackup backup) {
        return backup.manifest().server().replaceFirst(", Redis .*", "")
                + "/"
                + backup.manifest().database();
    }

    @Override
    public boolean isOfSameSchema(String address, StoredBackup backup) {
        // There is none.
        return true;
    }

    @Override
    public Restorer restorer(String address, BackupKeys keys, Workshop workshop)
            throws DataFailure {
        return new RedisRestorer(RedisAddress.of(address), keys, workshop, trust.get());
    }

    @Override
    public void sweep(Path scratch) {
        ScratchRedis.discardLeftOver(scratch);
    }
}
