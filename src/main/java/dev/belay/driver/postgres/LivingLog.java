package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the living server says of its write-ahead log, and how the part that nobody has archived
/// yet gets to the archive.
///
/// Nothing is changed in it: a transaction without content, so that there is one that was committed
/// later than the instant that is wanted, and a new segment of the log.
public final class LivingLog {
    private static final String NOW =
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                    + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    private static final String REPLICA = "SELECT pg_is_in_recovery()::text";
    private static final String MAY_SWITCH =
            "SELECT has_function_privilege('pg_catalog.pg_switch_wal()', 'EXECUTE')::text";

    /// Readers get no number: it grows with what is written alone.
    private static final String NEXT_WRITER = "SELECT txid_snapshot_xmax(txid_current_snapshot())";

    private static final String MARK = "SELECT txid_current()";
    private static final String SEGMENT = "SELECT pg_walfile_name(pg_current_wal_insert_lsn())";
    private static final String SWITCH = "SELECT pg_switch_wal()::text";
    private static final String FAILING =
            """
            SELECT CASE WHEN current_setting('archive_mode') = 'off' THEN 'its `archive_mode` is off'
              WHEN last_failed_time > coalesce(last_archived_time, '-infinity')
                THEN format('archiving `%s` fails since %s', last_failed_wal,
                  to_char(last_failed_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
              ELSE '' END
            FROM pg_catalog.pg_stat_archiver
            """;

    private final PostgresAddress living;

    public LivingLog(PostgresAddress living) {
        this.living = living;
    }

    /// What the server is at.
    ///
    /// @param system the cluster's identifier, or empty where one may not ask
    /// @param writers grows with each transaction that writes
    /// @param archiving what is wrong with that, or empty
    public record State(
            String system,
            int major,
            Instant now,
            boolean replica,
            long writers,
            String archiving) {}

    /// Asks it. A database that is gone is no reason not to: the server may be there.
    public State state() throws PostgresFailure {
        try {
            return state(living);
        } catch (PostgresFailure gone) {
            try {
                return state(living.at("postgres"));
            } catch (PostgresFailure alsoGone) {
                throw gone;
            }
        }
    }

    private static State state(PostgresAddress address) throws PostgresFailure {
        try (Connection it = address.connect("belay/archive")) {
            boolean replica = Ask.text(it, REPLICA).equals("true");
            return new State(
                    SourceFacts.systemIdentifier(it),
                    it.getMetaData().getDatabaseMajorVersion(),
                    Instant.parse(Ask.text(it, NOW)),
                    replica,
                    replica ? 0 : Ask.number(it, NEXT_WRITER),
                    Ask.text(it, FAILING));
        } catch (SQLException e) {
            throw new PostgresFailure("asking the server for its log", e);
        }
    }

    /// The part of the log that was written until now is made ready for the archive.
    ///
    /// @param segment that holds it
    /// @param switched whether the server was told to archive it; else it does when it is full
    record Pushed(String segment, boolean switched) {}

    /// Marks the present instant in the log, and ends the segment where the role may.
    Pushed push() throws PostgresFailure {
        try (Connection it = living.connect("belay/archive")) {
            it.setAutoCommit(true);
            Ask.number(it, MARK);
            String segment = Ask.text(it, SEGMENT);
            boolean may = Ask.text(it, MAY_SWITCH).equals("true");
            if (may) {
                Ask.text(it, SWITCH);
            }
            return new Pushed(segment, may);
        } catch (SQLException e) {
            throw new PostgresFailure("asking the server to end a segment of its log", e);
        }
    }

    /// Why the archive gets nothing, as far as the server knows; empty when it knows of nothing.
    Optional<String> failing() {
        try (Connection it = living.connect("belay/archive")) {
            return Optional.of(Ask.text(it, FAILING)).filter(why -> !why.isEmpty());
        } catch (PostgresFailure | SQLException e) {
            return Optional.empty();
        }
    }

    /// What makes the role of the address able to end a segment.
    List<String> grants() {
        return List.of(
                "GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO "
                        + Sql.identifier(living.user()));
    }
}
