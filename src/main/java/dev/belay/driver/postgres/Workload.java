package dev.belay.driver.postgres;

import dev.belay.schema.Replay;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// What the living release says to its database, and how often, as `pg_stat_statements` counts it.
///
/// @param role as which it says it
/// @param statements the most frequent first
/// @param unknown why nothing is known; empty when something is
record Workload(String role, List<Said> statements, String unknown) {
    private static final int STATEMENTS_MAX = 2_000;

    /// Without what administrators, `pg_dump` and we ourselves say. Columns have other names in
    /// extensions that were never updated, and `stats_since` is new in PostgreSQL 17.
    private static final String SAID =
            """
            SELECT s.query, sum(s.calls)::bigint,
              coalesce(sum(coalesce(to_jsonb(s) ->> 'total_exec_time', to_jsonb(s) ->> 'total_time')
                ::float8), 0) / 1000,
              extract(epoch FROM now() - min((to_jsonb(s) ->> 'stats_since')::timestamptz))::float8
            FROM pg_stat_statements s
            JOIN pg_catalog.pg_roles r ON r.oid = s.userid
            JOIN pg_catalog.pg_database d ON d.oid = s.dbid
            WHERE d.datname = current_database() AND r.rolname = current_user
            AND s.query ~* '^\\s*(select|insert|update|delete|with|merge)\\M'
            AND s.query !~* '(pg_catalog|pg_stat_|belay_ledger|pg_class|information_schema)'
            AND s.query !~* '(from|join)\\s+pg_'
            GROUP BY s.query ORDER BY sum(s.calls) DESC
            LIMIT\
            """;

    Workload {
        statements = List.copyOf(statements);
    }

    /// One statement, `$1` where it puts values.
    ///
    /// @param perSecond how often on the average; 0 when it is not known since when it is counted
    /// @param seconds that it takes on the average
    record Said(String text, long calls, double perSecond, double seconds) {}

    /// What is compared before and after a migration.
    Rehearsal.Contract contract() {
        return new Rehearsal.Contract(
                role,
                statements.isEmpty() ? Replay.Coverage.NONE : Replay.Coverage.OBSERVED,
                statements.stream().map(Said::text).toList());
    }

    /// What the role of the address says there.
    static Workload of(PostgresAddress living) throws PostgresFailure {
        try (Connection session = living.connect("belay/rehearsal")) {
            boolean there =
                    !Ask.texts(
                                    session,
                                    "SELECT 1::text FROM pg_catalog.pg_extension WHERE extname ="
                                            + " 'pg_stat_statements'")
                            .isEmpty();
            if (!there) {
                return unknown(living, "`pg_stat_statements` is not there");
            }
            double counted = secondsCounted(session);
            List<Said> said =
                    Ask.all(
                            session,
                            SAID + " " + STATEMENTS_MAX,
                            row -> {
                                double since = row.getDouble(4);
                                double seconds = since > 0 ? since : counted;
                                long calls = Math.max(1, row.getLong(2));
                                return new Said(
                                        row.getString(1),
                                        calls,
                                        seconds > 0 ? calls / Math.max(1, seconds) : 0,
                                        row.getDouble(3) / calls);
                            });
            return said.isEmpty()
                    ? unknown(
                            living,
                            "`pg_stat_statements` saw nothing that the role `"
                                    + living.user()
                                    + "` says")
                    : new Workload(living.user(), said, "");
        } catch (SQLException e) {
            throw new PostgresFailure("ending a session", e);
        } catch (PostgresFailure e) {
            if (e.beforeAnything()) {
                throw e;
            }
            // The extension is made, and its library is not loaded: nobody counts.
            return unknown(living, "`pg_stat_statements` cannot be read: " + e.getMessage());
        }
    }

    /// For how long it is counted; 0 when that is not known, as before PostgreSQL 14.
    private static double secondsCounted(Connection session) throws PostgresFailure {
        // Named so that it is not taken for what the application says.
        String view = "pg_catalog.to_regclass('pg_stat_statements_info')";
        return Ask.text(session, "SELECT " + view + "::text").isEmpty()
                ? 0
                : Ask.all(
                                session,
                                "SELECT extract(epoch FROM now() - stats_reset)::float8"
                                        + " FROM pg_stat_statements_info",
                                row -> row.getDouble(1))
                        .getFirst();
    }

    private static Workload unknown(PostgresAddress living, String why) {
        return new Workload(living.user(), List.of(), why);
    }
}
