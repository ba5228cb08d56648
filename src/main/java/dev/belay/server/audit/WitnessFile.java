package dev.belay.server.audit;

import dev.belay.driver.witness.GitWitness;
import dev.belay.driver.witness.Statement;
import dev.belay.journal.Vouched;
import dev.belay.journal.tree.NotANote;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a witness kept, read back: its file, a repository, a syslog's file, what a web hook's
/// receiver wrote, or a single signed note. Lines that are about something else are passed over.
final class WitnessFile {
    private static final int LINE_MAX = 1 << 20;
    private static final int CHECKPOINTS_MAX = 1_000_000;

    private WitnessFile() {}

    /// @throws IOException with a sentence for people, also when there is no checkpoint in it
    static List<Vouched> read(Path given) throws IOException {
        Path file = Files.isDirectory(given) ? given.resolve(GitWitness.FILE) : given;
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file `" + file + "`");
        }
        var found = new ArrayList<Vouched>();
        String by = "witness `" + given.getFileName() + "`";
        if (Files.size(file) < LINE_MAX) {
            String whole = Files.readString(file);
            if (!whole.startsWith("{")) {
                add(found, by, whole);
            }
        }
        try (var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            var lines = new BoundedLines(in, LINE_MAX);
            for (String line = lines.next(); line != null; line = lines.next()) {
                String note = Statement.noteIn(line);
                if (!note.isEmpty()) {
                    add(found, by, note);
                }
                if (found.size() > CHECKPOINTS_MAX) {
                    throw new IOException("`" + file + "` has too many checkpoints");
                }
            }
        }
        if (found.isEmpty()) {
            throw new IOException("`" + file + "` has no checkpoint in it");
        }
        return found;
    }

    private static void add(List<Vouched> found, String by, String note) {
        try {
            found.add(Vouched.parse(by, note));
        } catch (NotANote _) {
            // A line that was torn off, or somebody else's.
            return;
        }
    }
}
