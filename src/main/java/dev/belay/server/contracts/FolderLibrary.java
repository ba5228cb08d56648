package dev.belay.server.contracts;

import dev.belay.contract.Library;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// The files below one folder. A link that leads out of it leads to nothing.
public final class FolderLibrary implements Library {
    /// One more than what may be read, so that who reads can tell.
    private static final int BYTES_MAX = (8 << 20) + 1;

    private final Path folder;

    public FolderLibrary(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    @Override
    public Optional<byte[]> find(String path) {
        try {
            Path file = folder.resolve(path).normalize();
            if (!file.startsWith(folder) || !Files.exists(file)) {
                return Optional.empty();
            }
            Path real = file.toRealPath();
            if (!real.startsWith(folder.toRealPath()) || !Files.isRegularFile(real)) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(real)) {
                return Optional.of(in.readNBytes(BYTES_MAX));
            }
        } catch (IOException | InvalidPathException _) {
            return Optional.empty();
        }
    }
}
