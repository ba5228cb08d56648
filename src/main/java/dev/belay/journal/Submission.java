package dev.belay.journal;

import java.util.List;

/// Releases that were asked for together: all are queued, or none.
///
/// @param requestKey the caller's own key; the same key with the same body answers as the first
///   time
/// @param supersede whether queued, never started releases that want one of the same scopes make
///   way
public record Submission(
        List<NewRelease> releases,
        String actor,
        String reason,
        String requestKey,
        String bodyDigest,
        boolean supersede) {
    public Submission {
        releases = List.copyOf(releases);
    }

    /// What became of it.
    public sealed interface Reply {
        /// They are queued.
        ///
        /// @param releases their ids in the order given
        /// @param replayed whether they existed already because the request was repeated
        record Accepted(List<String> releases, boolean replayed) implements Reply {}

        /// The same key came with another body.
        record KeyReused(String requestKey) implements Reply {}
    }
}
