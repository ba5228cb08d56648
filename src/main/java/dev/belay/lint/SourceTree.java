package dev.belay.lint;

import java.util.Optional;
import java.util.SortedSet;

/// The files of a platform, as far as somebody wrote them. Paths are relative to the manifest's
/// folder, with `/`, and without `..`.
public interface SourceTree {
    /// All of them.
    SortedSet<String> paths();

    /// The text of one; empty when there is none, or when it is no text or too long.
    Optional<String> text(String path);
}
