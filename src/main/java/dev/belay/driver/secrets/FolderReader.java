package dev.belay.driver.secrets;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.release.SecretReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A folder with a file for each secret, as Docker and Kubernetes mount them. Kubernetes exchanges
/// all of them at once by links inside of the folder; a link that leads out of it is refused.
public final class FolderReader implements SecretReader {
    private final Path folder;

    public FolderReader(Path folder) {
        this.folder = folder;
    }

    @Override
    public String unit(SecretReference what) {
        return what.key();
    }

    @Override
    public SecretDocument read(SecretReference what) {
        Path file = folder.resolve(what.key());
        demandInside(file);
        PrivateFile read = PrivateFile.read(file);
        var found = new FoundSecret(new Secret(value(read.text())), "", read.changed());
        return _ -> found;
    }

    private void demandInside(Path file) {
        try {
            if (!Files.isDirectory(folder)) {
                throw SecretFailure.missing(
                        "there is no folder `" + folder + "`", "make it, or mount it");
            }
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw SecretFailure.refused(
                        "`" + file + "` is a link that leads out of its folder",
                        "put the file itself there");
            }
        } catch (NoSuchFileException gone) {
            throw SecretFailure.missing("there is no file `" + file + "`", "put it there");
        } catch (IOException e) {
            throw SecretFailure.refused(
                    "`" + file + "` cannot be read: " + e.getClass().getSimpleName(),
                    "make it readable for the user that Belay runs as");
        }
    }

    /// Editors and `echo` end a line that is none of the secret.
    private static String value(String text) {
        return text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
