package dev.belay.driver.probe;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/// Whether components could use a database that is a file: it is there, or could be made. It is not
/// opened: whoever closes a descriptor of it ends the locks that his process has on it.
final class DatabaseFile {
    private DatabaseFile() {}

    /// @param url as `sqlite:/FOLDER/FILE`
    static DependencyAnswer ask(String url) {
        String text = url.replaceFirst("^sqlite:(//(?=/))?", "");
        if (!url.startsWith("sqlite:") || !text.startsWith("/")) {
            return no(
                    "address",
                    "the address names no file",
                    "write `sqlite:/FOLDER/FILE`, from the root");
        }
        try {
            Path file = Path.of(text);
            Path folder = file.getParent();
            if (Files.exists(file)) {
                return Files.isRegularFile(file) && Files.isReadable(file)
                        ? new DependencyAnswer.Reached(Duration.ZERO, "")
                        : no("operation", "`" + file + "` cannot be read", "correct its rights");
            }
            return folder != null && Files.isDirectory(folder) && Files.isWritable(folder)
                    ? new DependencyAnswer.Reached(Duration.ZERO, "")
                    : no(
                            "operation",
                            "there is no `" + file + "`, and its folder cannot be written to",
                            "make the folder, or correct the address");
        } catch (InvalidPathException e) {
            return no("address", "the address names no file", "");
        }
    }

    private static DependencyAnswer no(String phase, String reason, String hint) {
        return new DependencyAnswer.NotReached(phase, reason, hint);
    }
}
