package dev.belay.driver.clickhouse;

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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.json.JsonMapper;

/// Backs a database of ClickHouse up: each table by itself at a state that stands still, all
/// definitions before and after; a server in scratch that is filled from what was sealed has to
/// hold the same rows.
///
/// Blocks; an interrupt ends it and everything that it started.
final class ClickhouseBackup {
    static final String ENGINE = "clickhouse";

    /// How the file of the definitions begins.
    static final String DEFINITIONS = "definitions.json";

    private final ClickhouseAddress source;
    private final BackupStore store;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final SSLContext trust;

    ClickhouseBackup(
            ClickhouseAddress source,
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

    /// What is backed up.
    private record Subject(
            String version, String timezone, String identity, long bytes, List<Definition> all) {}

    /// Makes one and verifies it.
    ///
    /// @param withOurs also encrypted to a key that only we have
    BackupOutcome make(BackupKeys withOurs) throws DataFailure, InterruptedException {
        try (var session = new ClickhouseSession(source, trust)) {
            Subject subject = subject(session);
            Optional<BackupOutcome.Refused> obstacle = obstacle(subject);
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
            // Before anything is read: without one there is no proof.
            try (var scratch = ScratchClickhouse.start(workshop.scratch(), subject.timezone())) {
                try (ClickhouseSession own = scratch.session()) {
                    obstacle = ClickhouseTrial.older(own, subject.version());
                }
                if (obstacle.isPresent()) {
                    return obstacle.get();
                }
                StoredBackup made = written(session, subject, withOurs);
                return new ClickhouseTrial(workshop, withOurs).verify(store, made, scratch);
            }
        } catch (IOException e) {
            throw Endings.of(e);
        } catch (DataFailure e) {
            throw Endings.of(e);
        }
    }

    private Subject subject(ClickhouseSession session) throws DataFailure {
        String version = session.value("SELECT version()");
        if (!Catalogue.hasDatabase(session, source.database())) {
            throw new DataFailure(
                    "`%s` has no database `%s`".formatted(source.server(), source.database()),
                    "make it, or correct the address");
        }
        String bytes =
                session.value(
                        "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = "
                                + Names.text(source.database()));
        return new Subject(
                version,
                session.value("SELECT timezone()"),
                Catalogue.identity(session),
                bytes.matches("[0-9]{1,18}") ? Long.parseLong(bytes) : 0,
                Catalogue.read(session, source.database()));
    }

    private Optional<BackupOutcome.Refused> obstacle(Subject subject) throws IOException {
        String unknown =
                subject.all().stream()
                        .filter(one -> one.fate() == Definition.Fate.UNKNOWN)
                        .map(one -> "`" + one.name() + "` (" + one.engine() + ")")
                        .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            return Optional.of(
                    new BackupOutcome.Refused(
                            "the rows of "
                                    + unknown
                                    + " cannot be kept: of that engine they are"
                                    + " not to be read, or not here",
                            "move such a table into another database, or give it another engine"));
        }
        Files.createDirectories(workshop.scratch());
        long room = Files.getFileStore(workshop.scratch()).getUsableSpace();
        long needed = subject.bytes() + subject.bytes() / 4;
        return room >= needed
                ? Optional.empty()
                : Optional.of(
                        new BackupOutcome.Refused(
                                "`%s` has room for %d MB, and %d are needed to restore the database"
                                        .formatted(workshop.scratch(), room >> 20, needed >> 20),
                                "make room there"));
    }

    private StoredBackup written(ClickhouseSession session, Subject subject, BackupKeys withOurs)
            throws DataFailure, IOException, InterruptedException {
        Instant started = Instant.now();
        String name = BackupStore.name(started, source.database());
        Path partial = store.begin(name);
        try {
            var seal = new Seal(withOurs);
            var files = new ArrayList<SealedFile>();
            var names = new TreeMap<String, String>();
            var sums = new TreeMap<String, RowChecksum>();
            // Of no table it is older.
            Instant instant = Instant.now();
            Files.createDirectory(partial.resolve("data"));
            var export =
                    new TableExport(
                            session, source.database(), seal, partial, TableExport.QUERY_MAX);
            try (var meter = new Meter(Stage.DUMP, subject.bytes(), workshop.listener())) {
                for (Definition table : subject.all()) {
                    if (table.fate() == Definition.Fate.ROWS) {
                        String file = "data/%04d.native".formatted(names.size()) + seal.suffix();
                        TableExport.Exported made = export.run(table, file, meter);
                        files.add(made.file());
                        names.put(table.name(), file);
                        sums.put(Names.quoted(table.name()), made.sum());
                    }
                }
                files.add(definitions(subject, seal, partial, meter));
            }
            unchanged(session, subject);
            var facts =
                    new ClickhouseFacts(
                            subject.version(),
                            subject.timezone(),
                            subject.identity(),
                            ClickhouseFacts.schema(subject.all()),
                            ClickhouseFacts.replicated(subject.all()),
                            ClickhouseFacts.materialized(subject.all()),
                            names);
            return store.finish(
                    partial,
                    new BackupManifest(
                            BackupManifest.VERSION,
                            name,
                            ENGINE,
                            source.database(),
                            source.server() + ", ClickHouse " + subject.version(),
                            started,
                            instant,
                            Instant.now(),
                            subject.bytes(),
                            keys.recipients(),
                            files,
                            sums,
                            JsonMapper.shared().valueToTree(facts),
                            previous()));
        } finally {
            BackupStore.remove(partial);
        }
    }

    private static SealedFile definitions(Subject subject, Seal seal, Path partial, Meter meter)
            throws IOException {
        byte[] text = JsonMapper.shared().writeValueAsBytes(subject.all());
        return seal.write(
                new ByteArrayInputStream(text), partial, DEFINITIONS + seal.suffix(), meter);
    }

    private void unchanged(ClickhouseSession session, Subject subject) throws DataFailure {
        if (!Catalogue.read(session, source.database()).equals(subject.all())) {
            throw new DataFailure(
                    "somebody made, changed or removed a table while they were read",
                    "try again when he is done");
        }
    }

    private String previous() throws IOException {
        return store.list().stream().findFirst().map(StoredBackup::manifestHash).orElse("");
    }
}
