package dev.belay.driver.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A copy of a copy, for what would leave traces in it. Gone when it is closed.
final class SecondCopy implements AutoCloseable {
    /// What a database's files do not hold.
    private static final String SETTINGS =
            """
            SELECT coalesce(r.rolname, ''), split_part(one, '=', 1),
              substr(one, strpos(one, '=') + 1)
            FROM pg_catalog.pg_db_role_setting s
            JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) one
            """;

    /// The copy, and a table that is written anew.
    private static final int TIMES = 2;

    private static final long MIB = 1 << 20;

    private final PostgresAddress address;

    private final PostgresAddress server;

    private SecondCopy(PostgresAddress address, PostgresAddress server) {
        this.address = address;
        this.server = server;
    }

    /// Why there is not room enough where copies are made; empty when there is. A disk that runs
    /// full may be that of the journal, too.
    static String roomMissing(PostgresAddress first, Path scratch) throws PostgresFailure {
        try (Connection session = first.connect("belay/rehearsal")) {
            long size =
                    Ask.number(session, "SELECT pg_catalog.pg_database_size(current_database())");
            long free = Files.getFileStore(scratch).getUsableSpace();
            return free >= TIMES * size
                    ? ""
                    : "a second copy and what the migration writes may need %d MiB, and %d MiB are free"
                            .formatted(TIMES * size / MIB, free / MIB);
        } catch (SQLException e) {
            throw new PostgresFailure("ending a session", e);
        } catch (IOException e) {
            throw new PostgresFailure("the room on the disk is not known: " + e.getMessage(), "");
        }
    }

    /// @param first what it is called in the scratch; nobody else uses it meanwhile
    static SecondCopy of(ScratchCluster scratch, String first, String name) throws PostgresFailure {
        var made =
                new SecondCopy(
                        PostgresVerification.copy(scratch, first, name),
                        scratch.address("postgres"));
        boolean good = false;
        try {
            made.set(scratch.address(first));
            good = true;
            return made;
        } finally {
            if (!good) {
                made.close();
            }
        }
    }

    PostgresAddress address() {
        return address;
    }

    private record Setting(String role, String name, String value) {}

    private void set(PostgresAddress first) throws PostgresFailure {
        List<Setting> settings = new ArrayList<>();
        try (Connection from = first.connect("belay/rehearsal");
                Statement statement = from.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            while (row.next()) {
                settings.add(new Setting(row.getString(1), row.getString(2), row.getString(3)));
            }
        } catch (SQLException e) {
            throw new PostgresFailure("reading the settings of a copy", e);
        }
        String here = Sql.identifier(address.database());
        try (Connection to = address.connect("belay/rehearsal");
                var given = to.prepareStatement("SELECT set_config(?, ?, false)");
                Statement statement = to.createStatement()) {
            for (Setting one : settings) {
                // Given as one text, a list would become a list of one name.
                given.setString(1, one.name());
                given.setString(2, one.value());
                given.execute();
                statement.execute(
                        (one.role().isEmpty()
                                        ? "ALTER DATABASE " + here
                                        : "ALTER ROLE "
                                                + Sql.identifier(one.role())
                                                + " IN DATABASE "
                                                + here)
                                + " SET "
                                + name(one.name())
                                + " FROM CURRENT");
            }
        } catch (SQLException e) {
            throw new PostgresFailure("setting up a copy", e);
        }
    }

    /// Of an extension's it has two parts.
    private static String name(String setting) {
        return String.join(
                ".", List.of(setting.split("\\.")).stream().map(Sql::identifier).toList());
    }

    @Override
    public void close() throws PostgresFailure {
        NewDatabase.run(
                server,
                "DROP DATABASE IF EXISTS " + Sql.identifier(address.database()) + " WITH (FORCE)");
    }
}
