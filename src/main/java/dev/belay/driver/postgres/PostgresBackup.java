package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Backs a PostgreSQL database up so that it can be relied on: a consistent snapshot, a dump of it,
/// the sums of all its rows on the same snapshot, and then a database made of the dump that has to
/// have the same sums.
///
/// Blocks; an interrupt ends it and everything that it started. Whether it succeeds, is refused or
/// fails: besides the backup itself nothing is left of it.
public final class PostgresBackup {
    static final String ENGINE = "postgres";

    /// What is made of it in scratch.
    static final String RESTORED = "restored";

    /// All that would make the tables again, as SQL.
    static final String SCHEMA = "schema.sql";

    private static final int ATTEMPTS = 3;

    /// The plain dump, the database made of it, and one copy of that for a rehearsal.
    private static final int COPIES = 3;

    private static final String RLS_TABLES =
            "SELECT count(*) FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')";
    private static final String MAY_SEE_ALL =
            "SELECT (rolsuper OR rolbypassrls)::text FROM pg_roles WHERE rolname = current_user";

    private final PostgresAddress source;
    private final @Nullable Origin origin;
    private final BackupStore store;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final Trial trial = new Trial();
    private BackupKeys used;

    public PostgresBackup(
            PostgresAddress source, BackupStore store, BackupKeys keys, Workshop workshop) {
        this(source, null, store, keys, workshop);
    }

    /// Of a copy that somebody made of the datastore as it was at an instant.
    ///
    /// @param source where the copy is
    /// @param origin what it is a copy of; null when it is none
    PostgresBackup(
            PostgresAddress source,
            @Nullable Origin origin,
            BackupStore store,
            BackupKeys keys,
            Workshop workshop) {
        this.source = source;
        this.origin = origin;
        this.store = store;
        this.keys = keys;
        this.used = keys;
        this.workshop = workshop;
    }

    /// What a copy is of.
    ///
    /// @param server as `localhost:5432`
    /// @param instant that it is as it was at
    /// @param by what brought it back, as `pgbackrest main`
    record Origin(String server, Instant instant, String by) {}

    /// What it can be read with: after [#make] also by a key that nobody else has.
    public BackupKeys keys() {
        return used;
    }

    /// Makes one and verifies it; to be called once. What is refused for what it holds stays in the
    /// store, unverified, for people to look at.
    public BackupOutcome make() throws PostgresFailure, InterruptedException {
        try (Trial trial = this.trial) {
            BackupKeys withOurs = keys.withPassing();
            used = withOurs;
            return switch (dump(withOurs)) {
                case Dumped.Not(BackupOutcome.Refused refused) -> refused;
                case Dumped.Kept(StoredBackup backup) ->
                        new PostgresVerification(workshop, withOurs, true)
                                .verify(store, backup, trial.scratch(), RESTORED);
            };
        } catch (KeyFailure e) {
            throw PostgresVerification.failure(e);
        }
    }

    /// Makes one that nobody has verified yet.
    Dumped dump(BackupKeys withOurs) throws PostgresFailure, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(withOurs);
            } catch (PostgresFailure failure) {
                // Whoever waits for a table gets it now; with us still there, neither would get on.
                if (!Snapshot.passing(failure) || attempt == ATTEMPTS) {
                    throw failure;
                }
            } catch (IOException e) {
                throw PostgresVerification.failure(e);
            }
        }
    }

    /// A backup, or why there is none.
    sealed interface Dumped {
        record Kept(StoredBackup backup) implements Dumped {}

        record Not(BackupOutcome.Refused refused) implements Dumped {}
    }

    private Dumped attempt(BackupKeys withOurs)
            throws PostgresFailure, IOException, InterruptedException {
        Instant started = Instant.now();
        String name = BackupStore.name(started, source.database());
        Path partial = null;
        Path bench = workshop.bench();
        try (Snapshot snapshot = taken()) {
            var facts = SourceFacts.read(snapshot.connection());
            var refused = obstacle(facts, snapshot.connection());
            if (refused.isPresent()) {
                return new Dumped.Not(refused.get());
            }
            trial.begin(
                    new PostgresVerification(workshop, withOurs),
                    facts.major(),
                    snapshot.tables().size());
            if (workshop.server().isNamed()) {
                // It may be far away, and wrong in more ways than a cluster of our own.
                var unfit = trial.scratch().prepare(facts.beforeTheDump());
                if (unfit.isPresent()) {
                    return new Dumped.Not(unfit.get());
                }
            }
            partial = store.begin(name);
            return new Dumped.Kept(
                    written(name, started, facts, snapshot, partial, bench, withOurs));
        } finally {
            Workshop.remove(bench);
            if (partial != null) {
                BackupStore.remove(partial);
            }
        }
    }

    private Snapshot taken() throws PostgresFailure, InterruptedException {
        try (var meter = new Meter(Stage.SNAPSHOT, 0, workshop.listener())) {
            Snapshot taken = Snapshot.take(source);
            meter.add(0);
            return taken;
        }
    }

    /// What would make it fail later, or be of no use.
    private Optional<BackupOutcome.Refused> obstacle(SourceFacts facts, Connection connection)
            throws PostgresFailure, IOException {
        if (Ask.number(connection, RLS_TABLES) > 0
                && !Ask.text(connection, MAY_SEE_ALL).equals("true")) {
            return PostgresVerification.refused(
                    "row security hides rows from `" + source.user() + "`",
                    "let a role with BYPASSRLS back it up");
        }
        List<String> invalid = Ask.texts(connection, Comparison.INVALID_INDEXES);
        if (!invalid.isEmpty()) {
            return PostgresVerification.refused(
                    "indexes that are not valid would not be in the backup: "
                            + String.join(", ", invalid),
                    "`REINDEX INDEX CONCURRENTLY` or drop them");
        }
        long room = Files.getFileStore(workshop.scratch()).getUsableSpace();
        int copies = workshop.server().isNamed() ? 1 : COPIES;
        return room >= copies * facts.bytes()
                ? Optional.empty()
                : PostgresVerification.refused(
                        "`%s` has room for %d MB, and %d are needed to try a backup of %d MB out"
                                .formatted(
                                        workshop.scratch(),
                                        room >> 20,
                                        (copies * facts.bytes()) >> 20,
                                        facts.bytes() >> 20),
                        "make room there, or name a folder on another disk");
    }

    private StoredBackup written(
            String name,
            Instant started,
            SourceFacts facts,
            Snapshot snapshot,
            Path partial,
            Path bench,
            BackupKeys withOurs)
            throws PostgresFailure, IOException, InterruptedException {
        var programs = PostgresPrograms.of(facts.major(), List.of("pg_dump", "pg_restore"));
        var dump = new PgDump(programs, source, snapshot.id(), bench);
        List<Table> tables =
                snapshot.tables().stream()
                        .filter(one -> !facts.ofExtensions().contains(one.oid()))
                        .toList();
        List<String> notCompared =
                snapshot.tables().stream()
                        .filter(one -> facts.ofExtensions().contains(one.oid()))
                        .map(Table::quoted)
                        .toList();
        var objects = new AtomicReference<>(RowChecksum.NONE);
        var schema = new AtomicReference<>(new SchemaText(List.of()));
        var catalogue = new AtomicReference<>("");
        var seal = new Seal(withOurs);
        SortedMap<String, RowChecksum> sums;
        // Every row is read twice: once by the dump, once to be added up.
        try (var meter = new Meter(Stage.DUMP, 2 * size(tables), workshop.listener());
                Crew crew = new Crew()) {
            var checksums =
                    new TableChecksums(source, snapshot.id(), Snapshot.LOCK_WITHIN, tables, meter);
            dump.begin(crew, seal, partial, workshop.jobs(), meter);
            checksums.begin(crew, workshop.jobs());
            crew.begin(() -> {
                objects.set(LargeObjects.sum(snapshot.connection()));
                return null;
            });
            crew.begin(() -> {
                schema.set(SchemaText.of(programs, source, snapshot.id(), bench));
                // Not of the snapshot; but its tables cannot change their shape while it is held.
                catalogue.set(PostgresFacts.catalogue(source));
                return null;
            });
            crew.await();
            sums = checksums.sums();
        }
        PostgresFacts all =
                facts.after(positions(), objects.get(), notCompared, schema.get(), catalogue.get());
        var files = new ArrayList<>(dump.sealed());
        files.add(sealed(schema.get(), seal, partial));
        return store.finish(
                partial,
                new BackupManifest(
                        BackupManifest.VERSION,
                        name,
                        ENGINE,
                        source.database(),
                        "%s, PostgreSQL %s"
                                .formatted(
                                        origin == null
                                                ? source.host() + ":" + source.port()
                                                : origin.server(),
                                        facts.version()),
                        started,
                        origin == null ? facts.instant() : origin.instant(),
                        Instant.now(),
                        facts.bytes(),
                        keys.recipients(),
                        files,
                        new TreeMap<>(sums),
                        recorded(all),
                        previous()));
    }

    private JsonNode recorded(PostgresFacts all) {
        ObjectNode facts = JsonMapper.shared().valueToTree(all);
        if (origin != null) {
            facts.put(BackupManifest.RECOVERED_BY, origin.by());
        }
        return facts;
    }

    /// For people, and to be compared.
    private static SealedFile sealed(SchemaText schema, Seal seal, Path partial)
            throws IOException {
        try (var meter = new Meter(Stage.DUMP, 0, ProgressListener.NONE)) {
            var text = new ByteArrayInputStream(schema.bytes());
            return seal.write(text, partial, SCHEMA + seal.suffix(), meter);
        }
    }

    private static long size(List<Table> tables) {
        return tables.stream().mapToLong(Table::bytes).sum();
    }

    private SortedMap<String, SequencePosition> positions() throws PostgresFailure {
        try (Connection connection = source.connect("belay/backup")) {
            return SequencePosition.all(connection);
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        }
    }

    private String previous() throws IOException {
        return store.list().stream()
                .filter(one -> one.manifest().database().equals(source.database()))
                .findFirst()
                .map(StoredBackup::manifestHash)
                .orElse("");
    }
}
