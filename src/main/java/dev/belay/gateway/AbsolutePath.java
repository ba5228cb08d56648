package dev.belay.gateway;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Paths in JSON. They come from another process, whose file system need not be ours.
final class AbsolutePath {
    private AbsolutePath() {}

    /// The path; null where the text is none, not an absolute one, or none that can be written in
    /// this process's encoding.
    static @Nullable Path of(String text) {
        try {
            Path path = Path.of(text);
            return path.isAbsolute() ? path : null;
        } catch (InvalidPathException _) {
            return null;
        }
    }
}
