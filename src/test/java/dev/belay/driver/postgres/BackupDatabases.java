package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A real server for a class of tests, and a database of its own for each.
final class BackupDatabases implements AutoCloseable {
    private final Path folder;
    private final ScratchCluster cluster;
    private final AtomicInteger number = new AtomicInteger();

    BackupDatabases(String... settings) throws Exception {
        folder = Files.createTempDirectory("belay-databases");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        cluster = ScratchCluster.start(programs(), folder, List.of(settings));
        run(server(), "CREATE ROLE reader; CREATE ROLE owner; GRANT reader TO owner");
    }

    static PostgresPrograms programs() throws PostgresFailure {
        return PostgresPrograms.of(15, List.of("postgres", "initdb", "pg_dump", "pg_restore"));
    }

    PostgresAddress server() {
        return cluster.address("postgres");
    }

    /// Where files may lie that the server's user has to reach.
    Path folder() {
        return folder;
    }

    /// A database with nothing in it.
    PostgresAddress empty() throws Exception {
        String name = "db \"" + number.incrementAndGet() + "\"";
        run(server(), "CREATE DATABASE " + Sql.identifier(name));
        return cluster.address(name);
    }

    /// A database with one of everything.
    PostgresAddress rich() throws Exception {
        PostgresAddress address = empty();
        run(address, resource("rich.sql"));
        return address;
    }

    static String resource(String name) throws IOException {
        try (var in = BackupDatabases.class.getResourceAsStream("/backup/" + name)) {
            if (in == null) {
                throw new IOException("no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static void run(PostgresAddress address, String statements) throws Exception {
        try (Connection connection = address.connect("belay/test");
                var statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    static String ask(PostgresAddress address, String query) throws Exception {
        try (Connection connection = address.connect("belay/test")) {
            return Ask.text(connection, query);
        }
    }

    /// Waits until the query answers that; fails after half a minute.
    static void await(PostgresAddress address, String query, String answer) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        try (Connection connection = address.connect("belay/test")) {
            while (!Ask.text(connection, query).equals(answer)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(query + " does not become " + answer);
                }
                Thread.sleep(20);
            }
        }
    }

    @Override
    public void close() {
        cluster.close();
        try {
            BackupStore.remove(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
