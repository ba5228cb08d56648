package dev.belay.driver.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// A real server with a new database for every test that asks for one.
public final class TestDatabases implements AutoCloseable {
    private final ScratchCluster cluster;
    private int count;

    public TestDatabases(Path temp, String... settings) throws IOException, PostgresFailure {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        var programs = PostgresPrograms.of(15, List.of("postgres", "initdb"));
        cluster = ScratchCluster.start(programs, temp.resolve("scratch"), List.of(settings));
    }

    public PostgresAddress fresh() throws PostgresFailure, SQLException {
        String name = "db" + ++count;
        run(cluster.address("postgres"), "CREATE DATABASE " + name);
        return cluster.address(name);
    }

    public static void run(PostgresAddress address, String sql)
            throws PostgresFailure, SQLException {
        try (Connection connection = address.connect("belay/test");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The first column of every row.
    public static List<String> ask(PostgresAddress address, String sql)
            throws PostgresFailure, SQLException {
        try (Connection connection = address.connect("belay/test");
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            var all = new ArrayList<String>();
            while (row.next()) {
                all.add(row.getString(1));
            }
            return all;
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
