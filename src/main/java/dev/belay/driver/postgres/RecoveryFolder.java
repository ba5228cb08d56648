package dev.belay.driver.postgres;

import dev.belay.driver.backup.ScratchServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder of scratch in which a base backup is unpacked and becomes a server, and everything that
/// works there: an archive's tool, the server.
final class RecoveryFolder {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryFolder.class);
    private static final String PREFIX = "past-";
    private static final int RANDOM = 16;

    private RecoveryFolder() {}

    static Path make(Path scratch) throws IOException {
        if (!Files.isDirectory(scratch)) {
            Files.createDirectories(scratch);
            Files.setPosixFilePermissions(scratch, ScratchCluster.PASSED_THROUGH);
        }
        Path folder = Files.createTempDirectory(scratch, PREFIX);
        Files.setPosixFilePermissions(folder, ScratchCluster.PASSED_THROUGH);
        for (String one : new String[] {"data", "tablespaces", "lock"}) {
            Path below = Files.createDirectory(folder.resolve(one));
            Files.setPosixFilePermissions(below, PosixFilePermissions.fromString("rwx------"));
        }
        return folder;
    }

    /// A superuser for the server in it, of whom nobody else knows: no role of the source has that
    /// name.
    static PostgresAddress login() {
        byte[] random = new byte[RANDOM];
        new SecureRandom().nextBytes(random);
        String text = HexFormat.of().formatHex(random);
        new SecureRandom().nextBytes(random);
        return new PostgresAddress(
                "127.0.0.1",
                1,
                "template1",
                "belay_" + text.substring(0, RANDOM),
                HexFormat.of().formatHex(random),
                Map.of());
    }

    /// Ends what a killed process left below `scratch`. To be called by whoever alone uses it.
    static void discardLeftOver(Path scratch) {
        if (!Files.isDirectory(scratch)) {
            return;
        }
        try (Stream<Path> folders = Files.list(scratch)) {
            folders.filter(one -> one.getFileName().toString().startsWith(PREFIX))
                    .forEach(RecoveryFolder::end);
        } catch (IOException e) {
            LOG.warn("{} cannot be cleared: {}", scratch, e.getMessage());
        }
    }

    /// Ends whoever works in it, and removes it.
    static void end(Path folder) {
        String server = server(folder);
        // The folder's name is random: who has it in his arguments works there.
        ProcessHandle.allProcesses()
                .filter(one -> !Long.toString(one.pid()).equals(server))
                .filter(one -> names(one.pid(), folder.toString()))
                .forEach(ProcessHandle::destroyForcibly);
        ScratchServer.end(folder, ScratchCluster.ending(folder));
    }

    private static String server(Path folder) {
        try {
            return Files.readString(folder.resolve("data/postmaster.pid"))
                    .lines()
                    .findFirst()
                    .orElse("")
                    .strip();
        } catch (IOException none) {
            return "";
        }
    }

    private static boolean names(long pid, String folder) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
            return new String(line, StandardCharsets.UTF_8).contains(folder);
        } catch (IOException gone) {
            return false;
        }
    }
}
