package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Puts a backup back: always into a new database, which is compared with the backup before anybody
/// uses it, and which then takes the old one's name. The old one stays, under another name.
public final class PostgresRestore {
    /// PostgreSQL cuts what is longer.
    static final int NAME_MAX = 63;

    private static final String MAY_CREATE =
            "SELECT (rolsuper OR rolcreatedb)::text FROM pg_roles WHERE rolname = current_user";

    private static final int ENDED_TRIES = 100;

    /// Sessions that only an administrator may end.
    private static final String STRANGERS =
            """
            SELECT DISTINCT a.usename FROM pg_stat_activity a
            JOIN pg_roles r ON r.rolname = a.usename
            WHERE a.backend_type = 'client backend'
            AND a.pid <> pg_backend_pid() AND NOT pg_has_role(current_user, r.oid, 'USAGE')
            AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            AND a.datname =
            """;

    private static final String OWNS =
            "SELECT pg_has_role(datdba, 'USAGE')::text FROM pg_database WHERE datname = ";

    private final PostgresAddress server;
    private final Workshop workshop;
    private final BackupKeys keys;

    /// What became of a restore.
    public sealed interface Outcome {
        /// The database is there and holds what the backup's source held.
        ///
        /// @param remarks what a person should know
        record Restored(PostgresAddress database, List<String> remarks) implements Outcome {
            public Restored {
                remarks = List.copyOf(remarks);
            }
        }

        /// There is no new database.
        record Refused(String reason, String hint) implements Outcome {}
    }

    /// @param server a way to a database of the server that stays, as `postgres`
    public PostgresRestore(PostgresAddress server, Workshop workshop, BackupKeys keys) {
        this.server = server;
        this.workshop = workshop;
        this.keys = keys;
    }

    /// Makes a database of that name, which must not exist.
    public Outcome restore(StoredBackup backup, String name)
            throws PostgresFailure, InterruptedException {
        PostgresFacts facts = PostgresVerification.facts(backup.manifest());
        try {
            Optional<Restorer.Outcome.Refused> obstacle = obstacle(facts, name);
            if (obstacle.isPresent()) {
                return new Outcome.Refused(obstacle.get().reason(), obstacle.get().hint());
            }
            Optional<BackupOutcome.Refused> refused = BackupFiles.damage(backup);
            var remarks = new ArrayList<String>();
            if (refused.isEmpty()) {
                int major = PostgresVerification.major(facts);
                refused =
                        new PostgresVerification(workshop, keys)
                                .restore(
                                        backup,
                                        PostgresPrograms.of(
                                                major, List.of("pg_dump", "pg_restore")),
                                        new NewDatabase(server, facts),
                                        server.at(name),
                                        remarks);
            }
            return refused.isPresent()
                    ? new Outcome.Refused(refused.get().reason(), refused.get().hint())
                    : new Outcome.Restored(server.at(name), remarks);
        } catch (IOException e) {
            throw PostgresVerification.failure(e);
        }
    }

    /// Why it cannot be restored under that name; empty when nothing is known to be in the way.
    public Optional<Restorer.Outcome.Refused> obstacle(StoredBackup backup, String name)
            throws PostgresFailure {
        return obstacle(PostgresVerification.facts(backup.manifest()), name);
    }

    private Optional<Restorer.Outcome.Refused> obstacle(PostgresFacts facts, String name)
            throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            if (!Ask.text(connection, MAY_CREATE).equals("true")) {
                return refused(
                        "`" + server.user() + "` may not make databases",
                        "`ALTER ROLE \"" + server.user() + "\" CREATEDB`, by an administrator");
            }
            if (name.getBytes(StandardCharsets.UTF_8).length > NAME_MAX) {
                return refused(
                        "`" + name + "` is longer than a database's name can be",
                        "at most " + NAME_MAX + " bytes");
            }
            if (exists(connection, name)) {
                return refused(
                        "a database `"
                                + name
                                + "` is there, and nothing is restored over a database",
                        "restore into a new name, and swap the two");
            }
            String version = Ask.text(connection, "SHOW server_version");
            int major = PostgresVerification.major(version);
            if (major != PostgresVerification.major(facts)) {
                return refused(
                        "the backup is of PostgreSQL %s, and the server is %s"
                                .formatted(facts.serverVersion(), version),
                        "restore it on a server of its own version");
            }
        } catch (SQLException e) {
            throw new PostgresFailure("looking at the server", e);
        }
        List<String> missing = new NewDatabase(server, facts).missingRoles();
        return missing.isEmpty()
                ? Optional.empty()
                : refused(
                        "these roles own something in the backup or have rights, and the server"
                                + " does not have them: "
                                + String.join(", ", missing),
                        "CREATE ROLE each of them first; the manifest says with what rights");
    }

    private static boolean exists(Connection connection, String name) throws PostgresFailure {
        return Ask.texts(connection, "SELECT datname FROM pg_database").contains(name);
    }

    private static Optional<Restorer.Outcome.Refused> refused(String reason, String hint) {
        return Optional.of(new Restorer.Outcome.Refused(reason, hint));
    }

    /// Gives the restored database the living one's name, and that another one, in one transaction:
    /// after a crash both have their new names or their old ones. Sessions of either are ended. The
    /// old one takes no connections any more; it is somebody's evidence.
    ///
    /// @param living whose name it is now
    /// @param restored what takes its place
    /// @param aside what the old one is called from now on
    public void swap(String living, String restored, String aside) throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            for (String name : List.of(living, restored)) {
                if (!exists(connection, name)) {
                    throw new PostgresFailure("there is no database `" + name + "`", "");
                }
            }
            if (exists(connection, aside)) {
                throw new PostgresFailure(
                        "a database `" + aside + "` is there already", "name another one");
            }
            connections(connection, living, false);
            boolean swapped = false;
            try {
                end(connection, living);
                end(connection, restored);
                run(
                        connection,
                        "BEGIN; ALTER DATABASE %s RENAME TO %s; ALTER DATABASE %s RENAME TO %s; COMMIT"
                                .formatted(
                                        Sql.identifier(living),
                                        Sql.identifier(aside),
                                        Sql.identifier(restored),
                                        Sql.identifier(living)));
                swapped = true;
            } finally {
                if (!swapped) {
                    run(connection, "ROLLBACK");
                    connections(connection, living, true);
                }
            }
        } catch (SQLException e) {
            throw new PostgresFailure("swapping databases", e);
        }
    }

    /// Why a database cannot change its name, or be closed; empty when nothing is known to be in
    /// the way.
    public Optional<Restorer.Outcome.Refused> swapObstacle(String living) throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            List<String> strangers = Ask.texts(connection, STRANGERS + Sql.literal(living));
            if (!strangers.isEmpty()) {
                return refused(
                        "`%s` may not end the sessions of `%s` in `%s`"
                                .formatted(server.user(), String.join("`, `", strangers), living),
                        "end them, or let `" + server.user() + "` be a member of those roles");
            }
            return Ask.texts(connection, OWNS + Sql.literal(living)).contains("true")
                    ? Optional.empty()
                    : refused(
                            "`%s` does not own `%s`, and so cannot rename or close it"
                                    .formatted(server.user(), living),
                            "restore it with `--repoint`, and let the address lead to it; or"
                                    + " `ALTER DATABASE … OWNER TO …`, by an administrator");
        } catch (SQLException e) {
            throw new PostgresFailure("looking at the server", e);
        }
    }

    /// What a restore cannot do there with the rights of the address's role, as sentences.
    ///
    /// @param living a way to the living database
    static List<String> limits(PostgresAddress living) throws PostgresFailure {
        String name = living.database();
        try (Connection connection = living.connect("belay/restore")) {
            if (!Ask.text(connection, MAY_CREATE).equals("true")) {
                return List.of(
                        "nothing can be restored on its server: `%s` may not make databases there"
                                .formatted(living.user()));
            }
            return Ask.texts(connection, OWNS + Sql.literal(name)).contains("true")
                    ? List.of()
                    : List.of(
                            "`%s` does not own `%s`: a restore cannot take its name, and its address is re-pointed (`belay restore --repoint`)"
                                    .formatted(living.user(), name));
        } catch (SQLException e) {
            throw new PostgresFailure("looking at the server", e);
        }
    }

    /// Lets nobody into a database, and ends whoever is in it; nothing else of it changes.
    public void fence(String database) throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            close(connection, database);
        } catch (SQLException e) {
            throw new PostgresFailure("closing `" + database + "`", e);
        }
    }

    static void close(Connection connection, String database) throws PostgresFailure {
        connections(connection, database, false);
        end(connection, database);
    }

    /// Lets everybody into it again.
    public void unfence(String database) throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            open(connection, database);
        } catch (SQLException e) {
            throw new PostgresFailure("opening `" + database + "`", e);
        }
    }

    static void open(Connection connection, String database) throws PostgresFailure {
        connections(connection, database, true);
    }

    /// Opens whichever database has the living one's name, when it is not known how far an exchange
    /// came. The names change in one transaction, so that both changed or none.
    ///
    /// @return whether the names had changed
    public boolean settle(String living, String aside) throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            if (exists(connection, living)) {
                connections(connection, living, true);
            }
            return exists(connection, aside);
        } catch (SQLException e) {
            throw new PostgresFailure("opening `" + living + "`", e);
        }
    }

    private static void connections(Connection connection, String database, boolean allowed)
            throws PostgresFailure {
        run(
                connection,
                "ALTER DATABASE %s ALLOW_CONNECTIONS %b"
                        .formatted(Sql.identifier(database), allowed));
    }

    /// Ends the sessions of clients; the server's own workers give way by themselves.
    private static void end(Connection connection, String database) throws PostgresFailure {
        end(
                connection,
                " FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = "
                        + Sql.literal(database)
                        + " AND pid <> pg_backend_pid()",
                database);
    }

    static void end(Connection connection, String sessions, String database)
            throws PostgresFailure {
        Ask.texts(connection, "SELECT pg_terminate_backend(pid)::text" + sessions);
        // A rename is refused while one is there.
        for (int i = 0; i < ENDED_TRIES; i++) {
            if (Ask.number(connection, "SELECT count(*)" + sessions) == 0) {
                return;
            }
            Ask.texts(connection, "SELECT pg_sleep(0.1)::text");
        }
        throw new PostgresFailure(
                "sessions in `" + database + "` do not end",
                "look at `pg_stat_activity`, end them, and try again");
    }

    private static void run(Connection connection, String statements) throws PostgresFailure {
        try (Statement it = connection.createStatement()) {
            it.execute(statements);
        } catch (SQLException e) {
            throw new PostgresFailure("`" + statements + "`", e);
        }
    }
}
