package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.KeyFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Makes a new database of a backup, on any server, and compares it with what the source was.
/// Merges of its tables stand still until then: they would add up, replace or drop rows.
///
/// Views come after the rows: a materialized one that were there before would write some twice.
final class Filling {
    private static final Map<String, String> FOR_TABLES =
            Map.of(
                    "allow_experimental_low_cardinality_type",
                    "1",
                    "allow_deprecated_syntax_for_merge_tree",
                    "1",
                    "allow_suspicious_low_cardinality_types",
                    "1",
                    "allow_suspicious_codecs",
                    "1",
                    "allow_suspicious_primary_key",
                    "1",
                    "allow_suspicious_ttl_expressions",
                    "1",
                    "allow_experimental_object_type",
                    "1",
                    "allow_experimental_json_type",
                    "1",
                    "allow_experimental_variant_type",
                    "1",
                    "allow_experimental_dynamic_type",
                    "1");

    /// Rows go in as they came out: nothing is made anew, left out as a double, or put together.
    private static final Map<String, String> FOR_ROWS =
            Map.of(
                    "insert_allow_materialized_columns",
                    "1",
                    "optimize_on_insert",
                    "0",
                    "insert_deduplicate",
                    "0",
                    "async_insert",
                    "0",
                    "max_partitions_per_insert_block",
                    "0");

    private final ClickhouseSession to;
    private final String database;
    private final StoredBackup backup;
    private final Seal seal;
    private final Workshop workshop;
    private final List<String> remarks = new ArrayList<>();
    private boolean begun;

    /// @param database a name that nothing has
    Filling(
            ClickhouseSession to,
            String database,
            StoredBackup backup,
            BackupKeys keys,
            Workshop workshop) {
        this.to = to;
        this.database = database;
        this.backup = backup;
        this.seal = new Seal(keys);
        this.workshop = workshop;
    }

    /// Why the database is not what the backup holds, or empty; who asked removes what is not
    /// equal.
    Optional<BackupOutcome.Refused> run() throws DataFailure, IOException, InterruptedException {
        try {
            List<Definition> all = definitions();
            List<Definition> tables =
                    all.stream().filter(one -> one.fate() == Definition.Fate.ROWS).toList();
            to.run("CREATE DATABASE " + Names.quoted(database), Map.of());
            begun = true;
            Optional<BackupOutcome.Refused> bad = filled(tables);
            if (bad.isPresent()) {
                return bad;
            }
            String difference = difference(tables);
            if (!difference.isEmpty()) {
                return refused("the backup does not restore to what the source was: " + difference);
            }
            merges("START", tables);
            rest(all);
            return Optional.empty();
        } catch (KeyFailure e) {
            return Optional.of(new BackupOutcome.Refused(String.valueOf(e.getMessage()), e.hint()));
        }
    }

    /// Whether the database is one that it made.
    boolean isBegun() {
        return begun;
    }

    /// What a person should know of what was made.
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    private List<Definition> definitions() throws DataFailure, IOException {
        SealedFile file =
                backup.manifest().files().stream()
                        .filter(one -> one.name().startsWith(ClickhouseBackup.DEFINITIONS))
                        .findFirst()
                        .orElseThrow(() -> new DataFailure("the backup has no definitions", ""));
        var text = new ByteArrayOutputStream();
        try (var meter = new Meter(Stage.FILES, file.bytes(), workshop.listener())) {
            if (!seal.read(backup.folder(), file, text, meter)) {
                throw new DataFailure(
                        "`" + file.name() + "` holds something else than was written", "");
            }
            return List.of(JsonMapper.shared().readValue(text.toByteArray(), Definition[].class));
        } catch (JacksonException e) {
            throw new DataFailure(
                    "`%s` cannot be read: %s".formatted(file.name(), e.getOriginalMessage()),
                    "",
                    e);
        }
    }

    private Optional<BackupOutcome.Refused> filled(List<Definition> tables)
            throws DataFailure, IOException, InterruptedException {
        try {
            return fill(tables);
        } catch (DataFailure e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return Optional.of(
                    new BackupOutcome.Refused(
                            "the backup cannot be restored: " + e.reason(), e.hint()));
        }
    }

    private Optional<BackupOutcome.Refused> fill(List<Definition> tables)
            throws DataFailure, IOException, InterruptedException {
        Map<String, String> forTables = Catalogue.settings(to, FOR_TABLES);
        Map<String, String> forRows = Catalogue.settings(to, FOR_ROWS);
        Map<String, SealedFile> files = backup.manifest().byName();
        Map<String, String> names = ClickhouseFacts.of(backup.manifest()).files();
        try (var meter = new Meter(Stage.RESTORE, backup.manifest().bytes(), workshop.listener())) {
            for (Definition table : tables) {
                SealedFile file = files.get(names.getOrDefault(table.name(), ""));
                if (file == null) {
                    return BackupFiles.damaged(backup, "it has no rows of `" + table.name() + "`");
                }
                to.run(table.createIn(database), forTables);
                if (!merges("STOP", List.of(table))) {
                    remarks.add(
                            "merges of `%s` went on while it was compared".formatted(table.name()));
                }
                if (file.bytes() > 0 && !inserted(table, file, forRows, meter)) {
                    return BackupFiles.damaged(
                            backup, "`" + file.name() + "` holds something else than was written");
                }
            }
        }
        return Optional.empty();
    }

    private boolean inserted(
            Definition table, SealedFile file, Map<String, String> settings, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        var good = new AtomicBoolean();
        to.insert(
                "INSERT INTO %s (%s) FORMAT Native"
                        .formatted(Names.quoted(database, table.name()), Names.all(table.stored())),
                settings,
                out -> good.set(seal.read(backup.folder(), file, out, meter)));
        return good.get();
    }

    /// @return whether the server did so
    private boolean merges(String what, List<Definition> tables) {
        boolean all = true;
        for (Definition table : tables) {
            if (table.hasParts()) {
                try {
                    to.run(
                            "SYSTEM %s MERGES %s"
                                    .formatted(what, Names.quoted(database, table.name())),
                            Map.of());
                } catch (DataFailure e) {
                    all = false;
                }
            }
        }
        return all;
    }

    private String difference(List<Definition> tables)
            throws DataFailure, IOException, InterruptedException {
        BackupManifest manifest = backup.manifest();
        boolean sameVersion =
                to.value("SELECT version()").equals(ClickhouseFacts.of(manifest).version());
        var here = new TreeMap<String, Definition>();
        Catalogue.read(to, database).forEach(one -> here.put(one.name(), one));
        try (var meter = new Meter(Stage.COMPARE, manifest.total().bytes(), workshop.listener())) {
            for (Definition then : tables) {
                Definition now = here.get(then.name());
                String shape = now == null ? "is not there" : shape(then, now, sameVersion);
                if (!shape.isEmpty()) {
                    return "`" + then.name() + "` " + shape;
                }
                RowChecksum before =
                        manifest.tables().getOrDefault(Names.quoted(then.name()), RowChecksum.NONE);
                RowChecksum after =
                        RowSums.read(to, Names.quoted(database, then.name()), then, meter);
                if (!before.equals(after)) {
                    return before.rows() == after.rows()
                            ? "the %,d rows of `%s` are others"
                                    .formatted(before.rows(), then.name())
                            : "`%s` has %,d rows and not %,d"
                                    .formatted(then.name(), after.rows(), before.rows());
                }
            }
        }
        return manifest.tables().size() == tables.size()
                ? ""
                : "it has %d tables and not %d".formatted(tables.size(), manifest.tables().size());
    }

    /// Another version may write the same in other words.
    private static String shape(Definition then, Definition now, boolean sameVersion) {
        if (sameVersion) {
            return !now.columns().equals(then.columns())
                    ? "has other columns"
                    : now.engineFull().equals(then.plainEngine()) ? "" : "is of another engine";
        }
        return names(now).equals(names(then)) ? "" : "has other columns";
    }

    private static List<String> names(Definition one) {
        return one.columns().stream()
                .map(column -> column.name() + " " + column.type() + " " + column.kind())
                .toList();
    }

    /// What holds no rows. Its statements name the database: under another name they would lead to
    /// the living one.
    private void rest(List<Definition> all) throws DataFailure {
        note("was kept on several servers and is made for one", all, Definition::isReplicated);
        note(
                "is not made, and its definition is in the backup",
                all,
                one -> one.fate() == Definition.Fate.TOLD);
        if (!database.equals(backup.manifest().database())) {
            note("is not made under another name", all, one -> one.fate() == Definition.Fate.MADE);
            return;
        }
        List<Definition> left =
                new ArrayList<>(
                        all.stream().filter(one -> one.fate() == Definition.Fate.MADE).toList());
        // One may be of another.
        for (int before = left.size() + 1; before > left.size(); ) {
            before = left.size();
            left.removeIf(this::made);
        }
        note("could not be made: what it is made of is not there", left, _ -> true);
    }

    private boolean made(Definition one) {
        try {
            to.run(one.createIn(database), Map.of());
            return true;
        } catch (DataFailure e) {
            return false;
        }
    }

    private void note(
            String what, List<Definition> all, java.util.function.Predicate<Definition> which) {
        String names =
                all.stream()
                        .filter(which)
                        .map(one -> "`" + one.name() + "`")
                        .collect(Collectors.joining(", "));
        if (!names.isEmpty()) {
            remarks.add(names + " " + what);
        }
    }

    private static Optional<BackupOutcome.Refused> refused(String reason) {
        return Optional.of(new BackupOutcome.Refused(reason, ""));
    }
}
