package dev.belay.journal;

import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.List;

/// Facts to add to one release, all or none, in one durable transaction with their audit rows.
///
/// @param version the journal's length that the writer knows; otherwise [Reply.Moved]
/// @param state the release's state after the facts
/// @param soaking whether, after the facts, the release merely soaks: then a newer one may take
///   over
/// @param deployed what the scopes run after the facts, for those that changed
public record Append(
        String release,
        Writer writer,
        long version,
        String actor,
        List<Fact> facts,
        ReleaseState state,
        boolean soaking,
        List<Deployed> deployed) {
    public Append {
        facts = List.copyOf(facts);
        deployed = List.copyOf(deployed);
    }

    /// Who may write.
    public sealed interface Writer {
        /// The engine that holds the lease with this fence; appending renews the lease.
        record Holder(long fence) implements Writer {}

        /// A person through the API: needs no lease, and leaves the holder's alone.
        record Person() implements Writer {}
    }

    /// What became of it.
    public sealed interface Reply {
        /// It is on the disk.
        ///
        /// @param entries as written, with their tokens
        record Appended(List<Entry> entries) implements Reply {}

        /// Somebody wrote in between; read again and decide again. Nothing was written.
        record Moved(long version) implements Reply {}

        /// Somebody newer holds the lease, or the release has ended. Nothing was written.
        record LostLease() implements Reply {}
    }

    /// A scope runs this revision from now on.
    ///
    /// @param deployment canonical JSON, opaque here
    /// @param soaked whether it has now lived healthy for long enough to be a rollback target;
    ///   where it has not, it still is one if it once did in this scope
    public record Deployed(Scope scope, String revision, String deployment, boolean soaked) {}
}
