package dev.belay.driver.postgres;

import dev.belay.driver.backup.CopyLog;
import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which copies this control plane meant to make on servers of others, written down before they are
/// made: a database has no mark of ours in the moment in which it comes to be.
final class CopyNotes {
    private static final Logger LOG = LoggerFactory.getLogger(CopyNotes.class);
    private static final String PREFIX = "copy-";

    private final Path folder;

    CopyNotes(Path folder) {
        this.folder = folder;
    }

    void write(CopyLog.Copy copy) throws PostgresFailure {
        try {
            Files.createDirectories(folder);
            DurableFile.write(file(copy.database()), HashedJson.bytes(copy));
        } catch (IOException e) {
            throw new PostgresFailure(
                    "it cannot be written down that `"
                            + copy.database()
                            + "` is made: "
                            + e.getMessage(),
                    "make room on the disk");
        }
    }

    /// Of one server.
    List<CopyLog.Copy> of(String server) {
        var all = new ArrayList<CopyLog.Copy>();
        if (!Files.isDirectory(folder)) {
            return all;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path one : files.toList()) {
                if (one.getFileName().toString().startsWith(PREFIX)) {
                    CopyLog.Copy copy = HashedJson.read(one, CopyLog.Copy.class).value();
                    if (copy.server().equals(server)) {
                        all.add(copy);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("what copies were made is not known: {}", e.getMessage());
        }
        return all;
    }

    void remove(String database) {
        try {
            Files.deleteIfExists(file(database));
        } catch (IOException e) {
            LOG.warn("the note of {} cannot be removed: {}", database, e.getMessage());
        }
    }

    private Path file(String database) {
        return folder.resolve(PREFIX + database);
    }
}
