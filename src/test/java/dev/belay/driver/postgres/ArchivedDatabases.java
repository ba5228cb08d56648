package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.backup.ScratchServer;
import dev.belay.release.WalArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A real server whose log is archived, and a base backup of it: by pgBackRest in an encrypted
/// repository, or by Barman.
public final class ArchivedDatabases implements AutoCloseable {
    private final Path folder;
    private final ScratchCluster cluster;
    private final WalArchive.Tool kind;

    /// @param temp a folder of the test's own
    public ArchivedDatabases(Path temp) throws Exception {
        this(temp, WalArchive.Tool.PGBACKREST);
    }

    ArchivedDatabases(Path temp, WalArchive.Tool kind) throws Exception {
        this.kind = kind;
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        folder = Files.createDirectory(temp.resolve("archived"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        for (String one : List.of("repository", "lock", "space", "barman")) {
            own(Files.createDirectory(folder.resolve(one)));
        }
        var programs = PostgresPrograms.of(15, List.of("postgres", "initdb"));
        cluster =
                ScratchCluster.start(
                        programs,
                        folder.resolve("server"),
                        List.of(
                                "wal_level=replica",
                                "max_wal_senders=4",
                                "max_connections=42",
                                "archive_mode=on",
                                "unix_socket_directories=" + folder.resolve("lock"),
                                "archive_command=" + archiving()));
        Path data = cluster.log().resolveSibling("data");
        // Scratch clusters let nobody in by a socket, and pgBackRest knows no other way.
        Files.writeString(
                data.resolve("pg_hba.conf"),
                "local all all scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n",
                StandardOpenOption.APPEND);
        BackupDatabases.ask(server(), "SELECT pg_reload_conf()::text");
        boolean good = false;
        try {
            switch (kind) {
                case PGBACKREST -> backedUpByPgBackRest(data);
                case BARMAN -> backedUpByBarman();
            }
            // What is of the very second in which the base backup ended is not promised.
            BackupDatabases.await(
                    server(),
                    "SELECT (clock_timestamp() >= '%s')::text".formatted(now().plusSeconds(1)),
                    "true");
            good = true;
        } finally {
            if (!good) {
                close();
            }
        }
    }

    private String archiving() {
        return switch (kind) {
            case PGBACKREST -> String.join(" ", tool("archive-push", "%p"));
            case BARMAN -> "cp %p " + folder.resolve("barman/main/incoming") + "/%f";
        };
    }

    private void backedUpByPgBackRest(Path data) throws Exception {
        Files.writeString(
                config(),
                """
                [global]
                repo1-path=%1$s/repository
                repo1-cipher-type=aes-256-cbc
                repo1-cipher-pass=%2$s
                repo1-retention-full=9
                lock-path=%1$s/lock
                log-level-file=off
                start-fast=y
                [main]
                pg1-path=%3$s
                pg1-socket-path=%1$s/lock
                pg1-port=%4$d
                pg1-user=%5$s
                """
                        .formatted(
                                folder,
                                "s3cret-of-the-repository",
                                data,
                                server().port(),
                                server().user()));
        run(tool("stanza-create"));
        run(tool("backup", "--type=full"));
    }

    private void backedUpByBarman() throws Exception {
        for (String one : List.of("barman/main", "barman/main/incoming")) {
            own(Files.createDirectory(folder.resolve(one)));
        }
        String login =
                "host=127.0.0.1 port=%d user=%s dbname=postgres password=%s"
                        .formatted(server().port(), server().user(), server().password());
        Files.writeString(
                config(),
                """
                [barman]
                barman_user = %1$s
                barman_home = %2$s/barman
                barman_lock_directory = %2$s/barman
                log_file = %2$s/barman/log
                [main]
                description = a shop
                conninfo = %3$s
                streaming_conninfo = %3$s
                backup_method = postgres
                immediate_checkpoint = true
                archiver = on
                """
                        .formatted(
                                ScratchServer.isRoot() ? "nobody" : System.getProperty("user.name"),
                                folder,
                                login));
        // It makes no backup before it has seen that the log arrives.
        archiveNow();
        run(barman("backup", "main"));
        archiveNow();
    }

    private List<String> barman(String... more) {
        var all = new ArrayList<>(List.of("barman", "--config", config().toString()));
        all.addAll(List.of(more));
        return all;
    }

    public Path config() {
        return folder.resolve("archive.conf");
    }

    public WalArchive archive() {
        return new WalArchive(kind, "main", config().toString());
    }

    /// The superuser's way in.
    public PostgresAddress server() {
        return cluster.address("postgres");
    }

    /// Where a tablespace may lie.
    Path space() {
        return folder.resolve("space");
    }

    /// Where the archive keeps its segments.
    Path repository() {
        return folder.resolve("repository/archive/main");
    }

    /// The present instant, as the server knows it.
    public Instant now() throws Exception {
        return Instant.parse(
                BackupDatabases.ask(
                        server(),
                        "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                                + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
    }

    /// Has all archived that was written until now.
    void archiveNow() throws Exception {
        String segment =
                BackupDatabases.ask(
                        server(), "SELECT pg_walfile_name(pg_current_wal_insert_lsn())");
        BackupDatabases.ask(server(), "SELECT pg_switch_wal()::text");
        BackupDatabases.await(
                server(),
                "SELECT (last_archived_wal >= '" + segment + "')::text FROM pg_stat_archiver",
                "true");
        if (kind == WalArchive.Tool.BARMAN) {
            run(barman("archive-wal", "main"));
        }
    }

    private static void own(Path path) throws IOException {
        if (ScratchServer.isRoot()) {
            Files.setOwner(
                    path,
                    path.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("nobody"));
        }
    }

    private List<String> tool(String... more) {
        var all = new ArrayList<>(List.of("pgbackrest", "--config=" + config(), "--stanza=main"));
        all.addAll(List.of(more));
        return all;
    }

    private void run(List<String> command) throws Exception {
        Path said = Files.createTempFile("said", "");
        var builder =
                new ProcessBuilder(ScratchServer.unprivileged(command))
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().putAll(Map.of("PGPASSWORD", server().password()));
        int status = builder.start().waitFor();
        assertThat(status).as(Files.readString(said)).isZero();
        Files.delete(said);
    }

    /// Ends the server; the archive stays.
    @Override
    public void close() {
        cluster.close();
    }
}
