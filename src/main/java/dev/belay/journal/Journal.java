package dev.belay.journal;

import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The durable memory of every release. Each writing method is one transaction that is on the disk
/// when it returns; what it refuses is enforced by constraints, not by the caller's care.
///
/// Safe to call from many threads. Implementations block.
public interface Journal extends AutoCloseable {
    /// Queues releases. Their ids are `<environment>-<ordinal>`.
    Submission.Reply submit(Submission submission);

    /// Takes the lease of one release that needs somebody: an active one whose lease ran out, else
    /// the oldest queued one whose scopes are free, which thereby starts. A scope whose owner
    /// merely soaks counts as free: that owner ends completed, unsoaked, in the same transaction. A
    /// queued release whose baseline is no longer so ends rejected instead and the next one is
    /// looked at.
    ///
    /// @param except releases that the caller cannot handle (another engine version)
    Optional<ReleaseRow> claim(String owner, Duration lease, Set<String> except);

    Append.Reply append(Append append);

    /// Prolongs a lease without writing.
    ///
    /// @return false when it was lost
    boolean renew(String release, long fence, Duration lease);

    /// Gives a lease back before its time, so that another can claim at once.
    void giveBack(String release, long fence);

    Optional<ReleaseRow> find(String release);

    /// Newest first.
    ///
    /// @param environment or `""` for all
    /// @param before only ordinals below; [Long#MAX_VALUE] for the first page
    List<ReleaseRow> list(String environment, Set<ReleaseState> states, long before, int limit);

    /// Entries with a greater `seq`, in order.
    List<Entry> entries(String release, long after);

    /// What a scope has run, newest first.
    List<Past> history(Scope scope, int limit);

    /// All scopes of an environment that ever ran something.
    List<Scope> scopes(String environment);

    /// The last token given out for a scope, 0 for none.
    long token(Scope scope);

    /// The journal's clock: milliseconds since the epoch, never going back while the process lives.
    long now();

    @Override
    void close();

    /// One line of a scope's history.
    record Past(
            Scope scope,
            String release,
            String revision,
            String deployment,
            boolean soaked,
            long at) {}
}
