package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where backups are made and tried out: what lies here is plain, and only for as long as it is
/// worked on.
///
/// @param scratch a folder for that; the user `nobody` must be able to enter it when Belay is root
/// @param jobs tables at once
/// @param listener who wants to know how far it is
public record Workshop(Path scratch, int jobs, ProgressListener listener) {
    private static final String PREFIX = "plain-";

    /// A new folder that only its owner can read; who makes it removes it.
    Path bench() throws IOException {
        Files.createDirectories(scratch);
        return Files.createTempDirectory(scratch, PREFIX);
    }

    /// Removes what a killed process left. For whoever alone works here, while he does not.
    public void sweep() throws IOException {
        if (!Files.isDirectory(scratch)) {
            return;
        }
        ScratchCluster.discardLeftOver(scratch);
        try (var all = Files.list(scratch)) {
            for (Path one : all.toList()) {
                if (one.getFileName().toString().startsWith(PREFIX)) {
                    BackupStore.remove(one);
                }
            }
        }
    }

    static void remove(Path bench) {
        try {
            BackupStore.remove(bench);
        } catch (IOException e) {
            org.slf4j.LoggerFactory.getLogger(Workshop.class)
                    .warn("{} holds plain data and cannot be removed: {}", bench, e.getMessage());
        }
    }
}
