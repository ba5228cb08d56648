package dev.belay.server.operations;

import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is closed while one database takes another's place, written down before it is: whoever is
/// killed in these seconds leaves a note, by which the next control plane opens it again.
final class ExchangeNotes {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeNotes.class);
    private static final String SUFFIX = ".json";

    private final Path folder;

    /// @param folder made when it is needed
    ExchangeNotes(Path folder) {
        this.folder = folder;
    }

    /// One exchange that has begun.
    ///
    /// @param origin what the datastore is known by, wherever its address leads tomorrow
    /// @param living the database that is to be replaced
    /// @param restored what replaces it
    /// @param aside what the old one is called when it is done
    /// @param components whose requests are held
    /// @param since milliseconds of the epoch, of every hold of the exchange
    record Note(
            String environment,
            Dependency datastore,
            String origin,
            String living,
            String restored,
            String aside,
            List<String> components,
            long since) {
        Note {
            components = List.copyOf(components);
        }
    }

    /// When this returns, the note is on the disk.
    void write(Note note) throws IOException {
        DurableFile.folder(folder);
        DurableFile.write(file(note), HashedJson.bytes(note));
    }

    void remove(Note note) throws IOException {
        Files.deleteIfExists(file(note));
    }

    /// By what the old one will be called, which may be a path.
    private Path file(Note note) {
        return folder.resolve(note.aside().replaceAll("[^A-Za-z0-9_-]+", "-") + SUFFIX);
    }

    /// What was begun and not ended. One that cannot be read is told in the log, and keeps no other
    /// from being settled.
    List<Note> all() {
        var notes = new ArrayList<Note>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(one -> one.toString().endsWith(SUFFIX)).toList()) {
                    read(file).ifPresent(notes::add);
                }
            } catch (IOException e) {
                LOG.error("what an exchange left closed cannot be read: {}", e.getMessage());
            }
        }
        return notes;
    }

    private static Optional<Note> read(Path file) {
        try {
            return Optional.of(HashedJson.read(file, Note.class).value());
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.error("{} tells what an exchange left closed, and cannot be read: {}", file, e);
            return Optional.empty();
        }
    }
}
