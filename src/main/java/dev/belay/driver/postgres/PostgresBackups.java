package dev.belay.driver.postgres;

import dev.belay.driver.Backups;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Errands;
import dev.belay.driver.backup.Progress;
import dev.belay.driver.backup.Retention;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import dev.belay.schema.migration.MigrationSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Backups of PostgreSQL and rehearsals on them, for releases and for people.
///
/// One backup of a datastore is made at a time, whoever asks. Every result that may be relied on
/// lies on the disk; what is kept in memory is how far the work is.
public final class PostgresBackups implements Backups, AutoCloseable {
    /// Holds secret keys of age, for backups that are encrypted and were not just made.
    public static final String KEY_VARIABLE = "BELAY_BACKUP_KEY";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBackups.class);
    private static final long KIBI = 1024;
    private static final Duration AHEAD_MAX = Duration.ofMinutes(5);

    private static final Duration AGAIN = Duration.ofMillis(300);

    /// A release asks several times a second for what it waits for.
    private static final Duration ABANDONED = Duration.ofMinutes(2);

    /// The data change, and with them what can be said of migrations.
    private static final Duration RELIED_ON = Duration.ofHours(24);

    /// So many of the latest releases can be gone back from with the data of their time.
    private static final int RELEASES_KEPT = 3;

    private final Places places;
    private final ArtifactStore artifacts;
    private final ValueProvider values;
    private final InstantSource clock;
    private final RehearsalStore rehearsals;
    private final Errands<Purpose, Look> errands = new Errands<>(ABANDONED);

    /// Names of backups that somebody reads: they are not removed meanwhile.
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();

    /// By backup, the keys that only this process has.
    private final Map<String, BackupKeys> passing = new ConcurrentHashMap<>();

    /// Where things lie.
    ///
    /// @param backups for datastores whose backups have no folder of their own
    /// @param scratch where copies are made; plain data
    /// @param rehearsals what they showed
    /// @param jobs tables at once
    public record Places(Path backups, Path scratch, Path rehearsals, int jobs) {}

    private record Purpose(String release, int step) {}

    public PostgresBackups(
            Places places, ArtifactStore artifacts, ValueProvider values, InstantSource clock) {
        this.places = places;
        this.artifacts = artifacts;
        this.values = values;
        this.clock = clock;
        this.rehearsals = new RehearsalStore(places.rehearsals());
    }

    /// Ends and removes what a killed process left. For whoever alone works here, before anybody
    /// asks for anything.
    public void sweep() throws IOException {
        new Workshop(places.scratch(), places.jobs(), _ -> {}).sweep();
    }

    // --- for releases -----------------------------------------------------------------------

    @Override
    public Look backedUp(Work.BackedUp work, Order order) {
        String environment = order.scope().environment();
        try {
            Optional<StoredBackup> fresh =
                    errands.knows(purpose(order))
                            ? Optional.empty()
                            : work.sameSchema()
                                    ? ofThisSchema(environment, work.policy(), work.atMost())
                                    : fresh(environment, work.policy(), work.atMost());
            if (fresh.isPresent()) {
                store(environment, work.policy()).pledge(order.release(), fresh.get());
                return new Look.Done(words(fresh.get()));
            }
        } catch (IOException e) {
            return failed(PostgresVerification.failure(e));
        } catch (PostgresFailure e) {
            return failed(e);
        }
        return look(
                order,
                progress ->
                        switch (make(environment, work.policy(), Duration.ZERO, progress)) {
                            case BackupOutcome.Verified(StoredBackup backup, var _) -> {
                                store(environment, work.policy()).pledge(order.release(), backup);
                                yield new Look.Done(words(backup));
                            }
                            case BackupOutcome.Refused(String reason, String hint) ->
                                    new Look.Failed(reason, hint, "");
                        });
    }

    /// The newest that was verified, is no older than that, and is of the very schema that the
    /// datastore has.
    private Optional<StoredBackup> ofThisSchema(
            String environment, BackupPolicy policy, Duration atMost)
            throws IOException, PostgresFailure {
        Optional<StoredBackup> young = fresh(environment, policy, atMost);
        if (young.isEmpty()) {
            return young;
        }
        PostgresAddress source = FilledAddress.of(values, policy.datastore(), environment);
        String then = PostgresVerification.facts(young.get().manifest()).catalogue();
        return then.equals(PostgresFacts.catalogue(source)) ? young : Optional.empty();
    }

    @Override
    public Look rehearsed(Work.Rehearsed work, Order order) {
        return look(
                order,
                progress ->
                        switch (rehearse(
                                order.scope().environment(),
                                work.to(),
                                work.fresh(),
                                work.policy(),
                                progress)) {
                            case RehearsalOutcome.Reported(RehearsalReport report) ->
                                    RehearsalJudge.of(work, report);
                            case RehearsalOutcome.Refused(String reason, String hint) ->
                                    new Look.Failed(reason, hint, "");
                        });
    }

    private interface Doing {
        Look run(Consumer<String> progress)
                throws PostgresFailure, IOException, InterruptedException;
    }

    private Look look(Order order, Doing doing) {
        return switch (errands.ask(purpose(order), progress -> quietly(doing, progress))) {
            case Errands.State.Going<Look>(String progress) ->
                    // How far exactly would be a line a second in every log.
                    new Look.Waiting(AGAIN, progress.replaceFirst(": .*", ""));
            case Errands.State.Ended<Look>(Look look) -> look;
            case Errands.State.Broken<Look>(String why) ->
                    new Look.Failed("a bug of Belay: " + why, "", "");
        };
    }

    private static Purpose purpose(Order order) {
        return new Purpose(order.release(), order.step());
    }

    private static Look quietly(Doing doing, Consumer<String> progress)
            throws InterruptedException {
        try {
            return doing.run(progress);
        } catch (PostgresFailure e) {
            return failed(e);
        } catch (IOException e) {
            return failed(PostgresVerification.failure(e));
        }
    }

    private static Look failed(PostgresFailure e) {
        return new Look.Failed(String.valueOf(e.getMessage()), e.hint(), "");
    }

    /// One line about a backup that may be relied on.
    public static String words(StoredBackup backup) {
        return "`%s`: %,d rows of %d tables, %,d KiB, restored and compared"
                .formatted(
                        backup.name(),
                        backup.manifest().total().rows(),
                        backup.manifest().tables().size(),
                        Math.ceilDiv(backup.manifest().storedBytes(), KIBI));
    }

    // --- for everybody ----------------------------------------------------------------------

    /// Of one datastore, the newest first.
    public List<StoredBackup> list(String environment, BackupPolicy policy) throws IOException {
        return store(environment, policy).list();
    }

    /// The newest that was verified and is no older than that.
    public Optional<StoredBackup> fresh(String environment, BackupPolicy policy, Duration atMost)
            throws IOException {
        Instant now = clock.instant();
        Instant limit = now.minus(atMost);
        return list(environment, policy).stream()
                .filter(one -> one.verified().isPresent())
                .filter(one -> !one.manifest().instant().isBefore(limit))
                // Made by a clock that was ahead, it would be young for ever.
                .filter(one -> one.manifest().instant().isBefore(now.plus(AHEAD_MAX)))
                .findFirst();
    }

    /// Makes one and verifies it, unless somebody else did meanwhile; then removes what is too old.
    ///
    /// @param atMost how old one of the same schema may be that is there already; zero for a new
    ///   one in any case
    public BackupOutcome make(
            String environment, BackupPolicy policy, Duration atMost, Consumer<String> progress)
            throws PostgresFailure, IOException, InterruptedException {
        BackupStore store = store(environment, policy);
        try (PathLock _ = alone(store, progress)) {
            Optional<StoredBackup> fresh =
                    atMost.isZero() ? Optional.empty() : ofThisSchema(environment, policy, atMost);
            if (fresh.isPresent()) {
                StoredBackup there = fresh.get();
                return new BackupOutcome.Verified(there, there.verified().orElseThrow());
            }
            store.sweep();
            PostgresAddress source = FilledAddress.of(values, policy.datastore(), environment);
            var backup =
                    new PostgresBackup(source, store, keys(environment, policy), shop(progress));
            BackupOutcome outcome = backup.make();
            if (outcome instanceof BackupOutcome.Verified(StoredBackup made, var _)) {
                passing.clear();
                passing.put(made.name(), backup.keys());
                retire(store, policy);
            } else {
                keepOneForPeople(store);
            }
            return outcome;
        }
    }

    /// Restores one into scratch once more and compares: a drill.
    public BackupOutcome drill(
            String environment, BackupPolicy policy, StoredBackup backup, Consumer<String> progress)
            throws PostgresFailure, IOException, InterruptedException {
        BackupStore store = store(environment, policy);
        inUse.add(backup.name());
        try {
            if (PostgresVerification.files(backup).isPresent()) {
                store.distrust(backup);
            }
            return new PostgresVerification(shop(progress), keysFor(backup, environment, policy))
                    .verify(store, backup);
        } finally {
            inUse.remove(backup.name());
        }
    }

    /// Tries a component's migrations on the newest verified backup, and writes down what it
    /// showed.
    ///
    /// @param versions that a release would bring
    public RehearsalOutcome rehearse(
            String environment,
            Migrations to,
            List<String> versions,
            BackupPolicy policy,
            Consumer<String> progress)
            throws PostgresFailure, IOException, InterruptedException {
        Optional<StoredBackup> newest =
                list(environment, policy).stream()
                        .filter(one -> one.verified().isPresent())
                        .findFirst();
        if (newest.isEmpty()) {
            return new RehearsalOutcome.Refused(
                    "there is no verified backup of `%s` to rehearse on"
                            .formatted(policy.datastore().name()),
                    "`belay backup " + environment + " " + policy.datastore().name() + "`");
        }
        MigrationSet files =
                MigrationSet.read(MigrationTexts.read(artifacts.unpack(to.files()))).set();
        PostgresAddress source = FilledAddress.of(values, policy.datastore(), environment);
        var from =
                new RehearsalRun.From(
                        store(environment, policy),
                        newest.get(),
                        keysFor(newest.get(), environment, policy));
        inUse.add(newest.get().name());
        RehearsalOutcome made;
        try {
            made =
                    new RehearsalRun(source, shop(progress), progress)
                            .run(from, to, versions, files);
        } finally {
            inUse.remove(newest.get().name());
        }
        if (made instanceof RehearsalOutcome.Reported(RehearsalReport report)) {
            rehearsals.write(environment, report);
        }
        return made;
    }

    /// What the last rehearsal of these very files showed; null when there was none within a day,
    /// or it did not come to a verdict.
    public @Nullable SchemaVerdict verdict(String environment, Migrations migrations) {
        Instant limit = clock.instant().minus(RELIED_ON);
        return rehearsals
                .read(environment, migrations.set())
                .filter(one -> one.files().equals(migrations.files().text()))
                .filter(one -> one.refused().isEmpty() && one.at().isAfter(limit))
                .map(RehearsalReport::verdict)
                .orElse(null);
    }

    /// Puts one back under a name that no database has yet.
    public PostgresRestore.Outcome restore(
            String environment,
            BackupPolicy policy,
            StoredBackup backup,
            String name,
            Consumer<String> progress)
            throws PostgresFailure, InterruptedException {
        PostgresAddress living = FilledAddress.of(values, policy.datastore(), environment);
        inUse.add(backup.name());
        try {
            return new PostgresRestore(
                            living.at("postgres"),
                            shop(progress),
                            keysFor(backup, environment, policy))
                    .restore(backup, name);
        } finally {
            inUse.remove(backup.name());
        }
    }

    /// Why one cannot be restored under that name, or not in the place of the living database;
    /// empty when nothing is known to be in the way. Changes nothing.
    public Optional<PostgresRestore.Outcome> obstacle(
            String environment, Dependency datastore, StoredBackup backup, String name)
            throws PostgresFailure {
        PostgresAddress living = FilledAddress.of(values, datastore, environment);
        Optional<PostgresRestore.Outcome> own = restorer(living).swapObstacle(living.database());
        return own.isPresent() ? own : restorer(living).obstacle(backup, name);
    }

    /// Lets nobody into the living database, and ends whoever is in it.
    public void fence(String environment, Dependency datastore) throws PostgresFailure {
        PostgresAddress living = FilledAddress.of(values, datastore, environment);
        restorer(living).fence(living.database());
    }

    /// Lets everybody into it again.
    public void unfence(String environment, Dependency datastore) throws PostgresFailure {
        PostgresAddress living = FilledAddress.of(values, datastore, environment);
        restorer(living).unfence(living.database());
    }

    private PostgresRestore restorer(PostgresAddress living) {
        return new PostgresRestore(living.at("postgres"), shop(_ -> {}), BackupKeys.UNENCRYPTED);
    }

    /// Opens whichever database has the living one's name after an exchange that was cut off.
    ///
    /// @return whether the names had changed
    public boolean settle(String environment, Dependency datastore, String name, String aside)
            throws PostgresFailure {
        return restorer(FilledAddress.of(values, datastore, environment)).settle(name, aside);
    }

    /// Gives a restored database the living one's name.
    ///
    /// @param aside what the living one is called from then on
    public void swap(String environment, Dependency datastore, String restored, String aside)
            throws PostgresFailure {
        PostgresAddress living = FilledAddress.of(values, datastore, environment);
        restorer(living).swap(living.database(), restored, aside);
    }

    /// The living database's name.
    public String database(String environment, Dependency datastore) throws PostgresFailure {
        return FilledAddress.of(values, datastore, environment).database();
    }

    public BackupStore store(String environment, BackupPolicy policy) throws IOException {
        Path root = policy.folder().isEmpty() ? places.backups() : Path.of(policy.folder());
        return BackupStore.at(root.resolve(environment).resolve(policy.datastore().name()));
    }

    private PathLock alone(BackupStore store, Consumer<String> progress)
            throws IOException, InterruptedException {
        while (true) {
            Optional<PathLock> lock =
                    PathLock.acquire(store.root().resolve("lock"), Duration.ofSeconds(1));
            if (lock.isPresent()) {
                return lock.get();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            progress.accept("another backup of it is being made");
        }
    }

    /// Of those that failed their proof the newest is there to be looked at; more would fill the
    /// disk.
    private static void keepOneForPeople(BackupStore store) throws IOException {
        boolean newest = true;
        for (StoredBackup one : store.list()) {
            if (one.verified().isEmpty()) {
                if (!newest) {
                    store.delete(one);
                }
                newest = false;
            }
        }
    }

    private void retire(BackupStore store, BackupPolicy policy) {
        try {
            List<StoredBackup> all = store.list();
            var gone =
                    new Retention(policy.keep())
                            .removable(
                                    all.stream().map(Retention.Kept::of).toList(),
                                    store.pledged(RELEASES_KEPT),
                                    true,
                                    clock.instant());
            for (Retention.Kept one : gone) {
                for (StoredBackup backup : all) {
                    if (backup.name().equals(one.name()) && !inUse.contains(one.name())) {
                        store.delete(backup);
                        LOG.info(
                                "the backup {} is removed: it is older than {}",
                                one.name(),
                                policy.keep());
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("old backups were not removed: {}", e.getMessage());
        }
    }

    private Workshop shop(Consumer<String> progress) {
        return new Workshop(
                places.scratch(), places.jobs(), (Progress at) -> progress.accept(at.text()));
    }

    private BackupKeys keysFor(StoredBackup backup, String environment, BackupPolicy policy) {
        BackupKeys ours = passing.get(backup.name());
        return ours == null ? keys(environment, policy) : ours;
    }

    private BackupKeys keys(String environment, BackupPolicy policy) {
        List<String> identities =
                values.find(environment, KEY_VARIABLE)
                        .map((Secret secret) -> secret.use(text -> text))
                        .map(text ->
                                Arrays.stream(text.split("\\s+", -1))
                                        .filter(key -> !key.isBlank())
                                        .toList())
                        .orElse(List.of());
        return new BackupKeys(policy.recipients(), identities);
    }

    @Override
    public void close() {
        errands.close();
    }
}
