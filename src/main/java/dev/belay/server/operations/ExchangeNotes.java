package dev.belay.server.operations;

import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What is closed while one database takes another's place, written down before it is: whoever is
/// killed in these seconds leaves a note, by which the next control plane opens it again.
final class ExchangeNotes {
    private static final String SUFFIX = ".json";

    private final Path folder;

    /// @param folder made when it is needed
    ExchangeNotes(Path folder) {
        this.folder = folder;
    }

    /// One exchange that has begun.
    ///
    /// @param living the database that is to be replaced
    /// @param restored what replaces it
    /// @param aside what the old one is called when it is done
    /// @param components whose requests are held
    /// @param since milliseconds of the epoch; no hold of the exchange is older
    record Note(
            String environment,
            Dependency datastore,
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

    /// What was begun and not ended.
    ///
    /// @throws IOException when one of them is not as it was written
    List<Note> all() throws IOException {
        var notes = new ArrayList<Note>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(one -> one.toString().endsWith(SUFFIX)).toList()) {
                    notes.add(HashedJson.read(file, Note.class).value());
                }
            }
        }
        return notes;
    }
}
