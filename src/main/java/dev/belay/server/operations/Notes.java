package dev.belay.server.operations;

import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is closed or stopped for a while, written down before it is: whoever is killed meanwhile
/// leaves a note, by which the next control plane knows what to open again.
///
/// @param <N> what is noted
final class Notes<N> {
    private static final Logger LOG = LoggerFactory.getLogger(Notes.class);
    private static final String SUFFIX = ".json";

    private final Path folder;
    private final Class<N> type;
    private final Function<N, String> name;

    /// @param folder made when it is needed, for notes of this type alone
    /// @param name of a note among all of them; may have any characters
    Notes(Path folder, Class<N> type, Function<N, String> name) {
        this.folder = folder;
        this.type = type;
        this.name = name;
    }

    /// When this returns, the note is on the disk. It takes the place of one with its name.
    void write(N note) throws IOException {
        DurableFile.folder(folder);
        DurableFile.write(file(note), HashedJson.bytes(note));
    }

    void remove(N note) throws IOException {
        Files.deleteIfExists(file(note));
    }

    private Path file(N note) {
        return file(name.apply(note));
    }

    private Path file(String named) {
        return folder.resolve(named.replaceAll("[^A-Za-z0-9_-]+", "-") + SUFFIX);
    }

    /// The note of that name.
    ///
    /// @throws IOException when there is one, and it cannot be read
    Optional<N> find(String named) throws IOException {
        try {
            return Optional.of(HashedJson.read(file(named), type).value());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /// What was begun and not ended. One that cannot be read is told in the log, and keeps no other
    /// from being settled.
    List<N> all() {
        var notes = new ArrayList<N>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(one -> one.toString().endsWith(SUFFIX)).toList()) {
                    read(file).ifPresent(notes::add);
                }
            } catch (IOException e) {
                LOG.error("what is closed for a while cannot be read: {}", e.getMessage());
            }
        }
        return notes;
    }

    private Optional<N> read(Path file) {
        try {
            return Optional.of(HashedJson.read(file, type).value());
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.error("{} tells what is closed for a while, and cannot be read: {}", file, e);
            return Optional.empty();
        }
    }
}
