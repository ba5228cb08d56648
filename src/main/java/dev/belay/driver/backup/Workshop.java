package dev.belay.driver.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where backups are made and tried out: what lies here is plain, and only for as long as it is
/// worked on.
///
/// @param scratch a folder for that; the user `nobody` must be able to enter it when Belay is root
/// @param jobs tables at once
/// @param listener who wants to know how far it is
/// @param server where databases are made of backups, when it is not a server that is started for
///   that
public record Workshop(Path scratch, int jobs, ProgressListener listener, GivenServer server) {
    private static final Logger LOG = LoggerFactory.getLogger(Workshop.class);
    private static final String PREFIX = "plain-";

    /// One where servers are started in scratch.
    public Workshop(Path scratch, int jobs, ProgressListener listener) {
        this(scratch, jobs, listener, GivenServer.NONE);
    }

    /// A new folder that only its owner can read; who makes it removes it.
    public Path bench() throws IOException {
        Files.createDirectories(scratch);
        return Files.createTempDirectory(scratch, PREFIX);
    }

    /// Removes the plain data that a killed process left. For whoever alone works here, while he
    /// does not.
    public void sweep() throws IOException {
        if (!Files.isDirectory(scratch)) {
            return;
        }
        try (var all = Files.list(scratch)) {
            for (Path one : all.toList()) {
                if (one.getFileName().toString().startsWith(PREFIX)) {
                    BackupStore.remove(one);
                }
            }
        }
    }

    /// Removes a bench; one that stays is told in the log.
    public static void remove(Path bench) {
        try {
            BackupStore.remove(bench);
        } catch (IOException e) {
            LOG.warn("{} holds plain data and cannot be removed: {}", bench, e.getMessage());
        }
    }
}
