package dev.belay.journal;

import dev.belay.release.Appointment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Releases that were asked for together: all are queued, or none.
///
/// @param requestKey the caller's own key; the same key with the same body answers as the first
///   time
/// @param supersede whether queued, never started releases that want one of the same scopes make
///   way
/// @param appointment when all of them are to begin; absent: as soon as they can
public record Submission(
        List<NewRelease> releases,
        String actor,
        String reason,
        String requestKey,
        String bodyDigest,
        boolean supersede,
        @Nullable Appointment appointment) {
    public Submission {
        releases = List.copyOf(releases);
    }

    /// To begin as soon as it can.
    public Submission(
            List<NewRelease> releases,
            String actor,
            String reason,
            String requestKey,
            String bodyDigest,
            boolean supersede) {
        this(releases, actor, reason, requestKey, bodyDigest, supersede, null);
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
