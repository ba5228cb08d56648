package dev.belay.driver.postgres;

import dev.belay.driver.backup.CopyLog;
import dev.belay.driver.backup.GivenServer;
import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a killed process of this control plane left on a server of somebody else: found by the mark
/// in the database's comment or by our note of it, never by its name. Others make copies there,
/// too.
final class LeftCopies {
    private static final Logger LOG = LoggerFactory.getLogger(LeftCopies.class);
    private static final int ENDED_TRIES = 100;

    /// Those of this process that somebody works at: they are not left.
    private static final Set<String> IN_USE = ConcurrentHashMap.newKeySet();

    private final GivenServer given;
    private final CopyNotes notes;
    private final String server;

    /// @param server as it is called in notes and in the log
    LeftCopies(GivenServer given, CopyNotes notes, String server) {
        this.given = given;
        this.notes = notes;
        this.server = server;
    }

    static void begin(String database) {
        IN_USE.add(database);
    }

    static void end(String database) {
        IN_USE.remove(database);
    }

    /// What the comment of each of our copies begins with.
    static String mark(GivenServer given) {
        return "scratch of Belay " + given.owner() + ": ";
    }

    /// Drops them. One that stays is told in the log of this process, and tried again.
    void drop(Connection connection) throws PostgresFailure {
        Map<String, String> comments = new LinkedHashMap<>();
        Ask.all(
                connection,
                "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '') FROM"
                        + " pg_database",
                row -> comments.put(row.getString(1), row.getString(2)));
        Map<String, CopyLog.Copy> left = new LinkedHashMap<>();
        comments.forEach((name, comment) -> {
            if (comment.startsWith(mark(given))) {
                left.put(name, given.copy(server, name));
            }
        });
        for (CopyLog.Copy noted : notes.of(server)) {
            String comment = comments.getOrDefault(noted.database(), "");
            // One that somebody else has given a comment since is not ours any more.
            if (comment.isEmpty() || comment.startsWith(mark(given))) {
                left.put(noted.database(), noted);
            }
        }
        for (CopyLog.Copy one : left.values()) {
            if (!IN_USE.contains(one.database())) {
                drop(connection, one);
            }
        }
    }

    private void drop(Connection connection, CopyLog.Copy one) {
        try {
            endMakers(connection, one.database());
            NewDatabase.run(
                    connection,
                    "DROP DATABASE IF EXISTS " + Sql.identifier(one.database()) + " WITH (FORCE)");
            given.log().gone(one, "dropped, as a process that was killed had left it");
            notes.remove(one.database());
        } catch (PostgresFailure e) {
            LOG.warn("{} is left on {} and cannot be dropped: {}", one.database(), server, e);
        }
    }

    /// A server goes on making what a dead client asked for.
    private static void endMakers(Connection connection, String database) throws PostgresFailure {
        String makers =
                "FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
                        + " AND position("
                        + Sql.literal(database)
                        + " IN query) > 0 AND state <> 'idle'";
        Ask.texts(connection, "SELECT pg_terminate_backend(pid)::text " + makers);
        for (int i = 0; i < ENDED_TRIES; i++) {
            if (Ask.number(connection, "SELECT count(*) " + makers) == 0) {
                return;
            }
            Ask.texts(connection, "SELECT pg_sleep(0.1)::text");
        }
    }
}
