package dev.belay.driver.postgres;

import dev.belay.driver.backup.Folders;
import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last rehearsal of each set of migrations in each environment.
final class RehearsalStore {
    private static final Logger LOG = LoggerFactory.getLogger(RehearsalStore.class);

    private final Path root;

    RehearsalStore(Path root) {
        this.root = root;
    }

    void write(String environment, RehearsalReport report) throws IOException {
        Path file = file(environment, report.set());
        DurableFile.folder(Folders.parent(file));
        DurableFile.write(file, HashedJson.bytes(report));
    }

    /// Empty when there was none, or it cannot be read.
    Optional<RehearsalReport> read(String environment, String set) {
        Path file = file(environment, set);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(HashedJson.read(file, RehearsalReport.class).value());
        } catch (IOException e) {
            LOG.warn("a rehearsal counts as none: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /// A set is named as its platform and its component.
    private Path file(String environment, String set) {
        return root.resolve(environment).resolve(set + ".json");
    }
}
