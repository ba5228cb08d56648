package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.RowChecksum;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// A restored database held against what its backup says of the source.
final class Comparison {
    /// Only an index that begins with the column answers quickly.
    private static final String OWNED =
            """
            SELECT format('%I.%I', sn.nspname, s.relname), format('%I.%I', tn.nspname, t.relname),
              quote_ident(a.attname), q.seqincrement > 0
            FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
              JOIN pg_sequence q ON q.seqrelid = s.oid
              JOIN pg_namespace sn ON sn.oid = s.relnamespace
              JOIN pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p')
              JOIN pg_namespace tn ON tn.oid = t.relnamespace
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
              AND d.deptype IN ('a', 'i') AND a.atttypid IN (20, 21, 23)
              AND EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid
                AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL)
            ORDER BY 1
            """;

    static final String INVALID_INDEXES =
            """
            SELECT format('%I.%I', n.nspname, c.relname) FROM pg_index i
              JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT (i.indisvalid AND i.indisready) AND c.relkind = 'i'
              AND n.nspname !~ '^pg_toast' ORDER BY 1
            """;

    private final PostgresAddress restored;
    private final BackupManifest manifest;
    private final PostgresFacts facts;
    private final List<String> remarks = new ArrayList<>();

    Comparison(PostgresAddress restored, BackupManifest manifest, PostgresFacts facts) {
        this.restored = restored;
        this.manifest = manifest;
        this.facts = facts;
    }

    /// What is no fault of the backup, and still worth a person's while.
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /// A sentence about the first difference, or empty.
    ///
    /// @param schema of the source
    String difference(
            SchemaText schema, PostgresPrograms programs, Path bench, int jobs, Meter meter)
            throws PostgresFailure, IOException, InterruptedException {
        SchemaText found = SchemaText.of(programs, restored, "", bench);
        if (!found.lines().equals(schema.lines())) {
            return "the restored schema is another: " + schema.difference(found);
        }
        try (Snapshot snapshot = Snapshot.take(restored)) {
            String about = surroundings(snapshot.connection());
            return about.isEmpty() ? rows(snapshot, jobs, meter) : about;
        }
    }

    private String surroundings(Connection connection) throws PostgresFailure {
        PostgresFacts.Properties properties = PostgresFacts.properties(connection);
        if (!properties.equals(facts.properties())
                && !isLikeButForItsOwner(properties, connection)) {
            return "the database was made as %s, and is %s"
                    .formatted(facts.properties(), properties);
        }
        if (!PostgresFacts.extensions(connection).equals(facts.extensions())) {
            return "its extensions are %s, and the source had %s"
                    .formatted(PostgresFacts.extensions(connection), facts.extensions());
        }
        String settings =
                PostgresFacts.different(facts.settings(), PostgresFacts.settings(connection));
        if (!settings.isEmpty()) {
            return "settings differ: " + settings;
        }
        if (!PostgresFacts.unfilled(connection).equals(facts.unfilled())) {
            return "materialised views without data are %s, and were %s in the source"
                    .formatted(PostgresFacts.unfilled(connection), facts.unfilled());
        }
        List<String> invalid = Ask.texts(connection, INVALID_INDEXES);
        return invalid.isEmpty()
                ? sequences(connection)
                : "these indexes are not valid: " + String.join(", ", invalid);
    }

    /// Only a member of a role can give a database to it; whoever restores it owns it then.
    private boolean isLikeButForItsOwner(PostgresFacts.Properties found, Connection connection)
            throws PostgresFailure {
        String was = facts.properties().owner();
        Set<String> owners = new TreeSet<>(List.of(was, found.owner()));
        boolean like =
                owners.size() == 2
                        && !NewDatabase.ownerFor(connection, was).equals(was)
                        && found.apartFrom(owners).equals(facts.properties().apartFrom(owners));
        if (like) {
            remarks.add(
                    "the database belongs to `%s`, who may not give it to `%s`"
                            .formatted(found.owner(), was));
        }
        return like;
    }

    private String sequences(Connection connection) throws PostgresFailure {
        SortedMap<String, SequencePosition> found = SequencePosition.all(connection);
        if (!found.keySet().equals(facts.sequences().keySet())) {
            return "its sequences are %s, and the source had %s"
                    .formatted(found.keySet(), facts.sequences().keySet());
        }
        for (var one : found.entrySet()) {
            PostgresFacts.Span span = facts.sequences().get(one.getKey());
            if (span == null || !one.getValue().isBetween(span.before(), span.after())) {
                return "the sequence %s stands at %d, and in the source it stood at %s"
                        .formatted(one.getKey(), one.getValue().value(), span);
            }
        }
        behind(connection, found);
        return "";
    }

    /// As in the source: who writes ids by hand gets there.
    private void behind(Connection connection, SortedMap<String, SequencePosition> found)
            throws PostgresFailure {
        record Owned(String sequence, String table, String column, boolean up) {}
        List<Owned> all =
                Ask.all(
                        connection,
                        OWNED,
                        row ->
                                new Owned(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getBoolean(4)));
        var byText = new TreeMap<String, SequencePosition>();
        found.forEach((name, at) -> byText.put(name.replace("\"", ""), at));
        for (Owned one : all) {
            SequencePosition at = byText.get(one.sequence().replace("\"", ""));
            if (at == null || !one.up()) {
                continue;
            }
            long most =
                    Ask.number(
                            connection,
                            "SELECT coalesce(max(%s), 0) FROM %s"
                                    .formatted(one.column(), one.table()));
            if (most > at.value()) {
                remarks.add(
                        "the sequence %s stands at %d, and %s already holds %d, as in the source"
                                .formatted(one.sequence(), at.value(), one.table(), most));
            }
        }
    }

    private String rows(Snapshot snapshot, int jobs, Meter meter)
            throws PostgresFailure, InterruptedException {
        RowChecksum objects = LargeObjects.sum(snapshot.connection());
        if (!objects.equals(facts.largeObjects())) {
            return "its large objects hold %s, and those of the source %s"
                    .formatted(objects, facts.largeObjects());
        }
        List<Long> skipped = PostgresFacts.ofExtensions(snapshot.connection());
        List<Table> tables =
                snapshot.tables().stream().filter(one -> !skipped.contains(one.oid())).toList();
        SortedMap<String, RowChecksum> found =
                TableChecksums.of(restored, snapshot.id(), tables, jobs, meter);
        if (!found.keySet().equals(manifest.tables().keySet())) {
            return "its tables are others: "
                    + PostgresFacts.different(
                            List.copyOf(manifest.tables().keySet()), List.copyOf(found.keySet()));
        }
        for (var one : found.entrySet()) {
            RowChecksum source = manifest.tables().get(one.getKey());
            if (!one.getValue().equals(source)) {
                return "%s holds %s, and in the source it held %s"
                        .formatted(one.getKey(), one.getValue(), source);
            }
        }
        return "";
    }
}
