package dev.belay.driver.clickhouse;

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
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/// ClickHouse: each table's parts as two queries see them that are begun together, and a server
/// that was filled with them and has the same rows.
public final class ClickhouseKind implements DatastoreKind {
    private final Supplier<SSLContext> trust;

    /// Believes the certificates that the Java runtime believes. They are read when first somebody
    /// is to be believed: that takes longer than much else of what a control plane does when it
    /// starts.
    public ClickhouseKind() {
        trust = ClickhouseKind::ofTheRuntime;
    }

    private static SSLContext ofTheRuntime() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    @Override
    public Made make(String address, BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        try {
            BackupKeys withOurs = keys.withPassing();
            var backup =
                    new ClickhouseBackup(
                            ClickhouseAddress.of(address), store, keys, workshop, trust.get());
            return new Made(backup.make(withOurs), withOurs);
        } catch (KeyFailure e) {
            throw DataFailure.of(e);
        }
    }

    @Override
    public BackupOutcome verify(
            BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException {
        return new ClickhouseTrial(workshop, keys).verify(store, backup);
    }

    /// By the server's own name where it has one; older ones have none, and where they are has to
    /// do.
    @Override
    public String origin(String address) throws DataFailure {
        ClickhouseAddress there = ClickhouseAddress.of(address);
        try (var session = new ClickhouseSession(there, trust.get())) {
            return origin(Catalogue.identity(session), there.server(), there.database());
        }
    }

    @Override
    public String origin(StoredBackup backup) throws DataFailure {
        return origin(
                ClickhouseFacts.of(backup.manifest()).identity(),
                backup.manifest().server().replaceFirst(", ClickHouse .*", ""),
                backup.manifest().database());
    }

    private static String origin(String identity, String server, String database) {
        return (identity.isEmpty() ? server : identity) + "/" + database;
    }

    @Override
    public boolean isOfSameSchema(String address, StoredBackup backup) throws DataFailure {
        ClickhouseAddress there = ClickhouseAddress.of(address);
        try (var session = new ClickhouseSession(there, trust.get())) {
            return ClickhouseFacts.schema(Catalogue.read(session, there.database()))
                    .equals(ClickhouseFacts.of(backup.manifest()).schema());
        }
    }

    @Override
    public Restorer restorer(String address, BackupKeys keys, Workshop workshop)
            throws DataFailure {
        return new ClickhouseRestorer(ClickhouseAddress.of(address), keys, workshop, trust.get());
    }

    @Override
    public void sweep(Path scratch) {
        ScratchClickhouse.discardLeftOver(scratch);
    }
}
