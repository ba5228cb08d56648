package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// PostgreSQL. Role and database are made in single-user mode before every start: it needs neither
/// a password nor a socket, whose path could be too long.
final class PostgresServer implements LocalServer {
    @Override
    public List<String> prepare(ServerFolder folder, DependencyUrl url, Host host)
            throws DatastoreFailure, IOException {
        if (url.user().isEmpty() || url.password().isEmpty()) {
            throw new DatastoreFailure(
                    folder.name(),
                    "its address names no user and password to create",
                    "write `postgres://user:password@localhost:5432/database`");
        }
        Path programs = programs(folder, host);
        if (!Files.exists(folder.data())) {
            initialise(folder, programs, host);
        }
        String postgres = programs.resolve("postgres").toString();
        Path sql = folder.config("roles.sql", statements(url));
        host.hand(folder, folder.data(), sql);
        // The shell gets fixed text; names and paths are its arguments. A failing statement would
        // otherwise be logged, and it holds the password.
        host.runUnprivileged(
                folder,
                List.of(
                        "sh",
                        "-c",
                        "exec \"$1\" --single -c log_min_error_statement=panic -D \"$2\" postgres"
                                + " < \"$3\"",
                        "sh",
                        postgres,
                        folder.data().toString(),
                        sql.toString()));
        Files.delete(sql);
        return List.of(
                postgres,
                "-D",
                folder.data().toString(),
                "-p",
                Integer.toString(LocalServer.port(url)),
                "-c",
                "listen_addresses=" + LocalServer.loopback(url),
                "-c",
                "unix_socket_directories=");
    }

    /// Fast shutdown: SIGTERM would wait until the last client leaves.
    @Override
    public String stopSignal() {
        return "INT";
    }

    /// Made beside its place and moved there whole: a half-made one would never be mended.
    private static void initialise(ServerFolder folder, Path programs, Host host)
            throws DatastoreFailure, IOException {
        Path fresh = folder.root().resolve("data.new");
        if (Files.exists(fresh)) {
            new ServerFolder(fresh).delete();
        }
        Files.createDirectory(fresh);
        host.hand(folder, fresh);
        host.runUnprivileged(
                folder,
                List.of(
                        programs.resolve("initdb").toString(),
                        "--username=postgres",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--auth=reject",
                        "--pgdata=" + fresh));
        Files.writeString(
                fresh.resolve("pg_hba.conf"),
                """
                host all all 127.0.0.1/32 scram-sha-256
                host all all ::1/128 scram-sha-256
                """);
        Files.move(fresh, folder.data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Those that made the data; for new data the newest.
    private static Path programs(ServerFolder folder, Host host)
            throws DatastoreFailure, IOException {
        List<Path> found = host.postgresFolders();
        if (found.isEmpty()) {
            throw Host.missing(folder.name(), "postgres", "postgresql");
        }
        Path version = folder.data().resolve("PG_VERSION");
        if (!Files.exists(version)) {
            return found.getFirst();
        }
        String made = Files.readString(version).strip();
        for (Path programs : found) {
            if (programs.endsWith(Path.of(made, "bin"))) {
                return programs;
            }
        }
        throw new DatastoreFailure(
                folder.name(),
                "its data was made by PostgreSQL " + made + ", which is not on this machine",
                "sudo apt-get install postgresql-" + made);
    }

    /// One statement a line, as single-user mode reads them. Making what is there already fails and
    /// is meant to. The role may make databases: a backup is restored into a new one.
    private static String statements(DependencyUrl url) {
        String role = identifier(url.user());
        String database = identifier(url.path().isEmpty() ? url.user() : url.path());
        return "CREATE ROLE "
                + role
                + "\n"
                + ("ALTER ROLE "
                        + role
                        + " LOGIN CREATEDB PASSWORD "
                        + literal(url.password())
                        + "\n")
                + ("CREATE DATABASE " + database + " OWNER " + role + "\n");
    }

    private static String identifier(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
