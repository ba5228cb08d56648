package dev.belay.driver.backup;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.driver.probe.DependencyUrl;
import dev.belay.driver.probe.ProbeFailure;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Backups of datastores of any engine: where they lie, who makes one, which may be relied on, how
/// long they are kept and who can read them. How one is made and proven is its [DatastoreKind]'s.
///
/// One backup of a datastore is made at a time, whoever asks. Every result that may be relied on
/// lies on the disk.
public final class DatastoreBackups {
    /// Holds secret keys of age, for backups that are encrypted and were not just made.
    public static final String KEY_VARIABLE = "BELAY_BACKUP_KEY";

    private static final Logger LOG = LoggerFactory.getLogger(DatastoreBackups.class);
    private static final Duration AHEAD_MAX = Duration.ofMinutes(5);

    /// So many of the latest releases can be gone back from with the data of their time.
    private static final int RELEASES_KEPT = 3;

    private final Places places;
    private final Map<Dependency.Engine, DatastoreKind> kinds;
    private final ValueProvider values;
    private final InstantSource clock;
    private final CopyLog log;

    /// Names of backups that somebody reads, and how many do: they are not removed meanwhile.
    private final Map<String, Integer> inUse = new ConcurrentHashMap<>();

    /// By store, the keys of its newest backup that only this process has.
    private final Map<Path, Passing> passing = new ConcurrentHashMap<>();

    private record Passing(String backup, BackupKeys keys) {}

    /// Where things lie.
    ///
    /// @param backups for datastores whose backups have no folder of their own
    /// @param seen where it is remembered which other folders had backups
    /// @param scratch where copies are made; plain data
    /// @param jobs tables at once
    public record Places(Path backups, Path seen, Path scratch, int jobs) {}

    /// A backup and what it takes to read it. It is not removed until this is closed.
    public record Held(BackupStore store, StoredBackup backup, BackupKeys keys, Runnable release)
            implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    public DatastoreBackups(
            Places places,
            Map<Dependency.Engine, DatastoreKind> kinds,
            ValueProvider values,
            InstantSource clock) {
        this(places, kinds, values, clock, CopyLog.NONE);
    }

    /// @param log is told of copies that leave a trace elsewhere, or that must stay in a boundary
    public DatastoreBackups(
            Places places,
            Map<Dependency.Engine, DatastoreKind> kinds,
            ValueProvider values,
            InstantSource clock,
            CopyLog log) {
        this.log = log;
        this.places = places;
        this.kinds = Map.copyOf(kinds);
        this.values = values;
        this.clock = clock;
    }

    /// Ends and removes what a killed process left. For whoever alone works here, before anybody
    /// asks for anything.
    public void sweep() throws IOException {
        kinds.values().forEach(kind -> kind.sweep(places.scratch()));
        shop(_ -> {}).sweep();
    }

    /// Whether datastores of that engine can be backed up.
    public boolean knows(Dependency.Engine engine) {
        return kinds.containsKey(engine);
    }

    /// Of one datastore, the newest first.
    public List<StoredBackup> list(String environment, BackupPolicy policy) throws IOException {
        return store(environment, policy).list();
    }

    private List<StoredBackup> verified(String environment, BackupPolicy policy)
            throws IOException {
        return list(environment, policy).stream()
                .filter(one -> one.verified().isPresent())
                .toList();
    }

    /// Those that were verified and are of the very datastore that the address leads to now, the
    /// newest first. Its address may have led elsewhere when others were made.
    public List<StoredBackup> ours(String environment, BackupPolicy policy)
            throws IOException, DataFailure {
        List<StoredBackup> verified = verified(environment, policy);
        if (verified.isEmpty()) {
            return verified;
        }
        DatastoreKind kind = kind(policy.datastore());
        String here = kind.origin(address(environment, policy.datastore()));
        var ours = new ArrayList<StoredBackup>();
        for (StoredBackup one : verified) {
            String there = kind.origin(one);
            if (here.isEmpty() || there.isEmpty() || here.equals(there)) {
                ours.add(one);
            }
        }
        return ours;
    }

    /// What the datastore that the address leads to is known by.
    public String origin(String environment, Dependency datastore) throws DataFailure {
        return kind(datastore).origin(address(environment, datastore));
    }

    /// The newest that was verified and is no older than that. While the datastore cannot be asked
    /// what it is, those of any count: it is away, and was there when they were made.
    public Optional<StoredBackup> fresh(String environment, BackupPolicy policy, Duration atMost)
            throws IOException {
        Instant now = clock.instant();
        Instant limit = now.minus(atMost);
        List<StoredBackup> verified;
        try {
            verified = ours(environment, policy);
        } catch (DataFailure away) {
            LOG.info("{} does not say what it is: {}", policy.datastore().name(), away.reason());
            verified = verified(environment, policy);
        }
        return verified.stream()
                .filter(one -> !one.manifest().instant().isBefore(limit))
                // Made by a clock that was ahead, it would be young for ever.
                .filter(one -> one.manifest().instant().isBefore(now.plus(AHEAD_MAX)))
                .findFirst();
    }

    /// The newest that was verified, is no older than that, and is of the very schema that the
    /// datastore has.
    public Optional<StoredBackup> ofThisSchema(
            String environment, BackupPolicy policy, Duration atMost)
            throws IOException, DataFailure {
        Optional<StoredBackup> young = fresh(environment, policy, atMost);
        return young.isPresent()
                        && kind(policy.datastore())
                                .isOfSameSchema(
                                        address(environment, policy.datastore()), young.get())
                ? young
                : Optional.empty();
    }

    /// Makes one and verifies it, unless somebody else did meanwhile; then removes what is too old.
    ///
    /// @param atMost how old one of the same schema may be that is there already; zero for a new
    ///   one in any case
    public BackupOutcome make(
            String environment, BackupPolicy policy, Duration atMost, Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        DatastoreKind kind = kind(policy.datastore());
        refuseUnencrypted(environment, policy);
        Workshop shop = shop(environment, policy, "backup", progress);
        BackupStore store = store(environment, policy);
        try (PathLock _ = alone(store, progress)) {
            Optional<StoredBackup> fresh =
                    atMost.isZero() ? Optional.empty() : ofThisSchema(environment, policy, atMost);
            if (fresh.isPresent()) {
                StoredBackup there = fresh.get();
                return new BackupOutcome.Verified(there, there.verified().orElseThrow());
            }
            store.sweep();
            String address = address(environment, policy.datastore());
            try (Trace _ = trace(environment, policy, "backup")) {
                DatastoreKind.Made made =
                        kind.make(address, store, keys(environment, policy), shop);
                return kept(made, store, policy, kind);
            }
        }
    }

    /// Makes one of an instant that has passed, unless there is one of that very instant. It is
    /// kept and relied on like any other.
    ///
    /// @param past with the archive that holds the datastore's log
    public BackupOutcome recover(
            String environment, BackupPolicy policy, PastInstant past, Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        DatastoreKind kind = kind(policy.datastore());
        refuseUnencrypted(environment, policy);
        refuseOutside(environment, policy);
        BackupStore store = store(environment, policy);
        Optional<StoredBackup> there = of(past, environment, policy);
        if (there.isPresent()) {
            return new BackupOutcome.Verified(there.get(), there.get().verified().orElseThrow());
        }
        String address = address(environment, policy.datastore());
        Workshop shop = shop(environment, policy, "backup", progress);
        // What takes hours is over before anybody who wants a backup has to wait.
        try (Trace _ = here(environment, policy, "recovery");
                DatastoreKind.Recovered recovered = kind.recover(address, past, shop);
                PathLock _ = alone(store, progress)) {
            store.sweep();
            DatastoreKind.Made made = recovered.make(store, keys(environment, policy), shop);
            return kept(made, store, policy, kind);
        }
    }

    private static void refuseOutside(String environment, BackupPolicy policy) throws DataFailure {
        if (!policy.boundary().admitsThisMachine()) {
            throw new DataFailure(
                    "the server of `%s` would be brought back on this machine, and the boundary of `%s` names %s alone"
                            .formatted(
                                    policy.datastore().name(),
                                    environment,
                                    String.join(", ", policy.boundary().scratch())),
                    "have the instant brought back inside, by the archive's own tool");
        }
    }

    private static void refuseUnencrypted(String environment, BackupPolicy policy)
            throws DataFailure {
        if (policy.boundary().encrypted() && policy.recipients().isEmpty()) {
            throw new DataFailure(
                    "`%s` has a boundary in which backups are encrypted, and those of `%s` would not be"
                            .formatted(environment, policy.datastore().name()),
                    "name `recipients` in its `backup:`");
        }
    }

    private Optional<StoredBackup> of(PastInstant past, String environment, BackupPolicy policy)
            throws IOException {
        List<StoredBackup> verified;
        try {
            verified = ours(environment, policy);
        } catch (DataFailure away) {
            LOG.info("{} does not say what it is: {}", policy.datastore().name(), away.reason());
            verified = verified(environment, policy);
        }
        return verified.stream()
                .filter(one -> !one.manifest().recoveredBy().isEmpty())
                .filter(one -> one.manifest().instant().equals(past.instant()))
                .findFirst();
    }

    private BackupOutcome kept(
            DatastoreKind.Made made, BackupStore store, BackupPolicy policy, DatastoreKind kind)
            throws IOException {
        if (made.outcome() instanceof BackupOutcome.Verified(StoredBackup backup, var _)) {
            passing.put(store.root(), new Passing(backup.name(), made.keys()));
            retire(store, policy, kind);
        } else {
            keepOneForPeople(store);
        }
        return made.outcome();
    }

    /// Restores one into scratch once more and compares: a drill.
    public BackupOutcome drill(
            String environment, BackupPolicy policy, StoredBackup backup, Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        Workshop shop = shop(environment, policy, "drill", progress);
        try (Held held = hold(environment, policy, backup);
                Trace _ = trace(environment, policy, "drill")) {
            if (BackupFiles.damage(backup).isPresent()) {
                held.store().distrust(backup);
            }
            return kind(policy.datastore()).verify(held.store(), backup, held.keys(), shop);
        }
    }

    /// Somebody's copies on this machine, until it is closed.
    public interface Trace extends AutoCloseable {
        @Override
        void close();
    }

    /// Writes down that a copy is made on this machine, where a boundary is declared: what is made
    /// on a server that somebody named is told by whoever makes it.
    public Trace trace(String environment, BackupPolicy policy, String why) throws DataFailure {
        return policy.scratch().isEmpty() ? here(environment, policy, why) : () -> {};
    }

    private Trace here(String environment, BackupPolicy policy, String why) throws DataFailure {
        if (!policy.boundary().isDeclared()) {
            return () -> {};
        }
        var copy =
                new CopyLog.Copy(
                        environment,
                        policy.datastore().name(),
                        "localhost",
                        policy.datastore().engine().word() + " in " + places.scratch(),
                        why);
        log.making(copy);
        return () -> log.gone(copy, "deleted");
    }

    /// Drops what a killed process left on the server that is named for a datastore's copies.
    public void sweep(String environment, BackupPolicy policy)
            throws DataFailure, InterruptedException {
        if (!policy.scratch().isEmpty()) {
            kind(policy.datastore()).sweep(shop(environment, policy, "sweep", _ -> {}));
        }
    }

    /// For whoever reads one: it stays meanwhile.
    public Held hold(String environment, BackupPolicy policy, StoredBackup backup)
            throws IOException {
        BackupStore store = store(environment, policy);
        BackupKeys keys = keysFor(store, backup, environment, policy);
        inUse.merge(backup.name(), 1, Integer::sum);
        return new Held(
                store,
                backup,
                keys,
                () -> inUse.computeIfPresent(backup.name(), (_, n) -> n > 1 ? n - 1 : null));
    }

    /// What a restore cannot do where the datastore is, as sentences.
    public List<String> limits(String environment, Dependency datastore) throws DataFailure {
        return kind(datastore).limits(address(environment, datastore));
    }

    /// What puts a backup back.
    public Restorer restorer(Held held, Dependency datastore, String environment, Workshop shop)
            throws DataFailure {
        return kind(datastore).restorer(address(environment, datastore), held.keys(), shop);
    }

    /// What opens again what an exchange left closed.
    public Restorer opener(Dependency datastore, String environment) throws DataFailure {
        return kind(datastore)
                .restorer(address(environment, datastore), BackupKeys.UNENCRYPTED, shop(_ -> {}));
    }

    /// Where one puts backups back; copies to be tried are made in that of their datastore.
    public Workshop shop(Consumer<String> progress) {
        return new Workshop(
                places.scratch(), places.jobs(), (Progress at) -> progress.accept(at.text()));
    }

    /// Where one works at copies of a datastore, after a look whether they may be made there.
    ///
    /// @param why as `rehearsal`
    public Workshop shop(
            String environment, BackupPolicy policy, String why, Consumer<String> progress)
            throws DataFailure {
        String name = policy.datastore().name();
        Workshop here = shop(progress);
        if (policy.scratch().isEmpty()) {
            if (!policy.boundary().admitsThisMachine()) {
                throw new DataFailure(
                        "copies of `%s` would be made on this machine, and the boundary of `%s` names %s alone"
                                .formatted(
                                        name,
                                        environment,
                                        String.join(", ", policy.boundary().scratch())),
                        policy.datastore().engine() == Dependency.Engine.POSTGRES
                                ? "name one of them by `scratch` in its `backup:`"
                                : "its copies need a server that is started here: add `localhost` to"
                                        + " the boundary, or back it up in a `job`");
            }
            return here;
        }
        String address = FilledUrl.of(values, policy.scratch(), environment);
        try {
            DependencyUrl parts = DependencyUrl.parse(policy.datastore().engine(), address);
            Optional<String> outside =
                    policy.boundary()
                            .obstacle(
                                    parts.hosts().stream().map(DependencyUrl.Host::name).toList(),
                                    parts.option("sslmode", ""));
            if (outside.isPresent()) {
                throw new DataFailure(
                        "no copy of `%s` is made where `scratch` leads to: %s"
                                .formatted(name, outside.get()),
                        "the boundary is declared at `%s`".formatted(environment));
            }
        } catch (ProbeFailure e) {
            throw new DataFailure("`scratch` of `" + name + "`: " + e.reason(), e.hint());
        }
        return new Workshop(
                here.scratch(),
                here.jobs(),
                here.listener(),
                new GivenServer(
                        address,
                        address(environment, policy.datastore()),
                        owner(),
                        environment,
                        name,
                        why,
                        policy.boundary(),
                        log));
    }

    /// By which this control plane knows what it made elsewhere.
    private String owner() throws DataFailure {
        try {
            Path file = DurableFile.folder(places.seen()).resolve("owner-of-copies");
            synchronized (this) {
                Optional<String> known = DurableFile.read(file).map(String::strip);
                if (known.isPresent()) {
                    return known.get();
                }
                String fresh = UUID.randomUUID().toString();
                DurableFile.write(file, fresh + "\n");
                return fresh;
            }
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    private DatastoreKind kind(Dependency datastore) throws DataFailure {
        DatastoreKind kind = kinds.get(datastore.engine());
        if (kind == null) {
            throw new DataFailure(
                    "this version cannot back up `%s`, of engine `%s`"
                            .formatted(
                                    datastore.name(),
                                    datastore.engine().name().toLowerCase(java.util.Locale.ROOT)),
                    "back it up in a `job`");
        }
        return kind;
    }

    /// A datastore's address with an environment's values in it.
    public String address(String environment, Dependency datastore) throws DataFailure {
        return FilledUrl.of(values, datastore, environment);
    }

    /// Where the backups of one datastore lie.
    public BackupStore store(String environment, BackupPolicy policy) throws IOException {
        if (policy.folder().isEmpty()) {
            return store(places.backups(), environment, policy);
        }
        new StoreMark(places.seen()).check(Path.of(policy.folder()));
        return store(Path.of(policy.folder()), environment, policy);
    }

    private static BackupStore store(Path root, String environment, BackupPolicy policy)
            throws IOException {
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

    private void retire(BackupStore store, BackupPolicy policy, DatastoreKind kind) {
        try {
            // The newest of each stays: a server that was lost, and made anew, goes on as another.
            var origins = new TreeMap<String, List<StoredBackup>>();
            for (StoredBackup one : store.list()) {
                origins.computeIfAbsent(kind.origin(one), _ -> new ArrayList<>()).add(one);
            }
            for (List<StoredBackup> all : origins.values()) {
                retire(store, policy, all);
            }
        } catch (DataFailure | IOException e) {
            LOG.warn("old backups were not removed: {}", e.getMessage());
        }
    }

    private void retire(BackupStore store, BackupPolicy policy, List<StoredBackup> all)
            throws IOException {
        Set<String> gone =
                new Retention(policy.keep())
                                .removable(
                                        all.stream().map(Retention.Kept::of).toList(),
                                        store.pledged(RELEASES_KEPT),
                                        true,
                                        clock.instant())
                                .stream()
                                .map(Retention.Kept::name)
                                .collect(Collectors.toSet());
        for (StoredBackup one : all) {
            if (gone.contains(one.name()) && !inUse.containsKey(one.name())) {
                store.delete(one);
                LOG.info(
                        "the backup {} is removed: it is older than {}", one.name(), policy.keep());
            }
        }
    }

    private BackupKeys keysFor(
            BackupStore store, StoredBackup backup, String environment, BackupPolicy policy)
            throws KeyFailure {
        Passing kept = passing.get(store.root());
        return kept != null && kept.backup().equals(backup.name())
                ? kept.keys()
                : keys(environment, policy);
    }

    private BackupKeys keys(String environment, BackupPolicy policy) throws KeyFailure {
        try {
            List<String> identities =
                    values.find(environment, KEY_VARIABLE)
                            .map((Secret secret) -> secret.use(text -> text))
                            .map(text ->
                                    Arrays.stream(text.split("\\s+", -1))
                                            .filter(key -> !key.isBlank())
                                            .toList())
                            .orElse(List.of());
            return new BackupKeys(policy.recipients(), identities);
        } catch (SecretFailure e) {
            throw new KeyFailure(e.reason(), e.hint());
        }
    }
}
