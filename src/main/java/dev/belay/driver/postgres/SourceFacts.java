package dev.belay.driver.postgres;

import dev.belay.driver.backup.RowChecksum;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a database says of itself at the instant of a snapshot.
///
/// @param before where its sequences stood right after the snapshot
/// @param ofExtensions object ids of tables whose rows come with an extension
record SourceFacts(
        String version,
        int major,
        String systemIdentifier,
        String walPosition,
        Instant instant,
        long bytes,
        PostgresFacts.Properties properties,
        SortedMap<String, String> extensions,
        List<PostgresFacts.Role> roles,
        List<PostgresFacts.Setting> settings,
        List<String> unfilled,
        List<Long> ofExtensions,
        List<PostgresFacts.Tablespace> tablespaces,
        SortedMap<String, SequencePosition> before) {
    private static final int MAJOR = 10_000;

    private static final String INSTANT =
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    private static final String WAL =
            "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
                    + " ELSE pg_current_wal_lsn() END::text";

    /// By which a cluster and its replicas are known; empty where one may not ask.
    static String systemIdentifier(Connection it) throws PostgresFailure {
        boolean mayAsk =
                Ask.text(
                                it,
                                "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')::text")
                        .equals("true");
        return mayAsk
                ? Ask.text(it, "SELECT system_identifier::text FROM pg_control_system()")
                : "";
    }

    static SourceFacts read(Connection it) throws PostgresFailure {
        return new SourceFacts(
                Ask.text(it, "SHOW server_version"),
                Integer.parseInt(Ask.text(it, "SHOW server_version_num")) / MAJOR,
                systemIdentifier(it),
                Ask.text(it, WAL),
                Instant.parse(Ask.text(it, INSTANT)),
                Ask.number(it, "SELECT pg_database_size(current_database())"),
                PostgresFacts.properties(it),
                PostgresFacts.extensions(it),
                PostgresFacts.roles(it),
                PostgresFacts.settings(it),
                PostgresFacts.unfilled(it),
                PostgresFacts.ofExtensions(it),
                PostgresFacts.tablespaces(it),
                SequencePosition.all(it));
    }

    /// What a server needs to have is known before there is a dump.
    PostgresFacts beforeTheDump() {
        return after(before, RowChecksum.NONE, List.of(), new SchemaText(List.of()), "");
    }

    /// With what is known when the dump is done.
    PostgresFacts after(
            SortedMap<String, SequencePosition> after,
            RowChecksum largeObjects,
            List<String> notCompared,
            SchemaText schema,
            String catalogue) {
        var spans = new TreeMap<String, PostgresFacts.Span>();
        before.forEach((name, position) -> {
            SequencePosition then = after.get(name);
            spans.put(name, new PostgresFacts.Span(position, then == null ? position : then));
        });
        return new PostgresFacts(
                version,
                systemIdentifier,
                walPosition,
                properties,
                extensions,
                roles,
                settings,
                spans,
                largeObjects,
                unfilled,
                notCompared,
                schema.hash(),
                catalogue,
                SnapshotSession.PINNED,
                tablespaces);
    }
}
