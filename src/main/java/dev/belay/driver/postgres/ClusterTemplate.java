package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.ScratchServer;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// An empty cluster of one version, made once and copied for every trial: `initdb` costs a second
/// of a core, a copy of what it made a tenth. Nobody can log into it, as its superuser has no
/// password.
final class ClusterTemplate {
    private static final Set<PosixFilePermission> OWN =
            PosixFilePermissions.fromString("rwx------");
    private static final String LOOPBACK = "host all all 127.0.0.1/32 scram-sha-256\n";

    private final PostgresPrograms programs;
    private final Path scratch;
    private final String user;

    /// @param scratch a folder that the servers' user may pass through
    /// @param user the superuser's name
    ClusterTemplate(PostgresPrograms programs, Path scratch, String user) {
        this.programs = programs;
        this.scratch = scratch;
        this.user = user;
    }

    /// Makes a cluster.
    ///
    /// @param data a folder that does not exist yet
    void copyTo(Path data) throws IOException, PostgresFailure {
        Path template = scratch.resolve("empty-" + version());
        if (!Files.isDirectory(template)) {
            make(template);
        }
        own(data);
        command(List.of("cp", "-a", template + "/.", data.toString()));
    }

    /// Takes the template away, which may be why a copy of it does not start.
    static void discard(Path scratch) throws IOException {
        try (var templates = Files.newDirectoryStream(scratch, "empty-*")) {
            for (Path one : templates) {
                BackupStore.remove(one);
            }
        }
    }

    /// As `15.18`: an update of the programs has an own one.
    private String version() throws PostgresFailure {
        String said =
                ScratchCluster.command(List.of(programs.program("postgres").toString(), "-V"));
        return said.replaceFirst("^\\D*", "").replaceFirst("[^0-9.a-z].*", "").strip();
    }

    private void make(Path template) throws IOException, PostgresFailure {
        // Below a folder that is cleared when this process is killed amid it.
        Path folder = Files.createTempDirectory(scratch, ScratchCluster.PREFIX);
        try {
            Files.setPosixFilePermissions(folder, ScratchCluster.PASSED_THROUGH);
            Path data = folder.resolve("data");
            own(data);
            command(
                    List.of(
                            programs.program("initdb").toString(),
                            "--username=" + user,
                            "--encoding=UTF8",
                            "--locale=C.UTF-8",
                            // What asks for a password wants one now.
                            "--auth=reject",
                            "--no-sync",
                            // An empty log of 16 MB would be most of what is copied.
                            "--wal-segsize=1",
                            "--pgdata=" + data));
            Files.writeString(data.resolve("pg_hba.conf"), LOOPBACK);
            Files.move(data, template, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            throw new IOException("an empty cluster cannot be put at " + template, e);
        } finally {
            BackupStore.remove(folder);
        }
    }

    /// Makes a folder that is the server's alone.
    static void own(Path data) throws IOException, PostgresFailure {
        Files.createDirectory(data);
        Files.setPosixFilePermissions(data, OWN);
        if (ScratchServer.isRoot()) {
            ScratchCluster.command(List.of("chown", "nobody:nogroup", data.toString()));
        }
    }

    private static void command(List<String> command) throws PostgresFailure {
        ScratchCluster.command(ScratchServer.unprivileged(command));
    }
}
