package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Keeps those who use a database by its address from writing to it, with no more rights than the
/// address's own role has: who neither owns the database nor may make roles can still say of
/// himself that his transactions only read, and end his own sessions. New ones, also those that a
/// pooler opens for him, then begin so.
final class WriteStop {
    private static final String IS_OWNER =
            "SELECT pg_has_role(datdba, 'USAGE')::text FROM pg_database WHERE datname = ";
    private static final String SETTING = "default_transaction_read_only";
    private static final String OWN_SESSIONS =
            " FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
                    + " AND datname = ";

    /// Roles that write, or might, and are not the one of the address.
    private static final String OTHERS =
            """
            SELECT DISTINCT usename FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND usename <> current_user
            AND pid <> pg_backend_pid() AND datname =
            """;

    private final PostgresAddress server;
    private final String database;

    /// @param server a way to another database of the server, with the role of the address
    WriteStop(PostgresAddress server, String database) {
        this.server = server;
        this.database = database;
    }

    /// Stops them. When this returns, what was under way has ended.
    ///
    /// @return who may write all the same
    List<String> stop() throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            if (owns(connection)) {
                PostgresRestore.close(connection, database);
                return List.of();
            }
            run(connection, role("SET " + SETTING + " TO on"));
            endOwn(connection);
            try (Connection later = server.at(database).connect("belay/restore")) {
                if (!Ask.text(later, "SHOW " + SETTING).equals("on")) {
                    throw new PostgresFailure(
                            "`%s` still begins transactions that write in `%s`"
                                    .formatted(server.user(), database),
                            "a pooler or the address may set `%s`".formatted(SETTING));
                }
            }
            List<String> others = Ask.texts(connection, OTHERS + Sql.literal(database));
            String one =
                    "`%s` does not own `%s`: its sessions there only read from now on, unless they say `READ WRITE`"
                            .formatted(server.user(), database);
            return others.isEmpty()
                    ? List.of(one)
                    : List.of(
                            one,
                            "in `%s` is also `%s`, and may write"
                                    .formatted(database, String.join("`, `", others)));
        } catch (SQLException e) {
            throw new PostgresFailure("stopping writes to `" + database + "`", e);
        }
    }

    /// Lets them write again.
    void lift() throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            if (owns(connection)) {
                PostgresRestore.open(connection, database);
            } else {
                run(connection, role("RESET " + SETTING));
                // A pool's sessions would go on as they began.
                endOwn(connection);
            }
        } catch (SQLException e) {
            throw new PostgresFailure("letting `" + database + "` be written", e);
        }
    }

    private boolean owns(Connection connection) throws PostgresFailure {
        return Ask.texts(connection, IS_OWNER + Sql.literal(database)).contains("true");
    }

    private String role(String what) {
        return "ALTER ROLE %s IN DATABASE %s %s"
                .formatted(Sql.identifier(server.user()), Sql.identifier(database), what);
    }

    private void endOwn(Connection connection) throws PostgresFailure {
        PostgresRestore.end(connection, OWN_SESSIONS + Sql.literal(database), database);
    }

    private static void run(Connection connection, String statement) throws PostgresFailure {
        try (Statement it = connection.createStatement()) {
            it.execute(statement);
        } catch (SQLException e) {
            throw new PostgresFailure("`" + statement + "`", e);
        }
    }
}
