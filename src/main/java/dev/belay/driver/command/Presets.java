package dev.belay.driver.command;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Scripts that come with Belay, for services that many have. A command names one by `@` and its
/// name, so that a newer Belay makes no other revision of it.
final class Presets {
    private final Path folder;

    /// @param folder where they are written to be run
    Presets(Path folder) {
        this.folder = folder;
    }

    /// The words that a command is started by.
    List<String> words(List<String> command) throws IOException {
        if (command.isEmpty() || !command.getFirst().startsWith("@")) {
            return command;
        }
        Path script = script(command.getFirst().substring(1));
        var words = new ArrayList<>(List.of("/bin/sh", script.toString()));
        words.addAll(command.subList(1, command.size()));
        return words;
    }

    private Path script(String name) throws IOException {
        Path file = folder.resolve(name + ".sh");
        try (InputStream in =
                name.matches("[a-z-]+") ? Presets.class.getResourceAsStream(name + ".sh") : null) {
            if (in == null) {
                // It is missing, as a program is, and that is said where it would be started.
                return file;
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!DurableFile.read(file).equals(Optional.of(text))) {
                DurableFile.folder(folder);
                DurableFile.write(file, text);
            }
            return file;
        }
    }
}
