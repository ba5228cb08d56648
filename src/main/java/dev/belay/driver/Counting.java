package dev.belay.driver;

import dev.belay.release.Prometheus;
import dev.belay.release.Revision;
import java.util.Optional;

/// Who counts what revisions answer where the router does not: metrics that somebody else keeps.
public interface Counting {
    /// Of environments in which nobody is asked.
    Counting NOBODY =
            new Counting() {
                @Override
                public Counter counter(Prometheus source, Sides of) {
                    return () -> new Counted.Unread("nobody counts here", "");
                }

                @Override
                public Optional<Counted.Unread> doubt(Prometheus source, Sides of) {
                    return Optional.empty();
                }
            };

    /// Both revisions of a rollout.
    record Sides(String environment, Revision canary, Revision baseline) {}

    /// Begins to count for one rollout.
    Counter counter(Prometheus source, Sides of);

    /// What can be known to be wrong with a source before a rollout begins: that it does not
    /// answer, or has no counters of that name.
    Optional<Counted.Unread> doubt(Prometheus source, Sides of);

    /// What somebody counts for one rollout, whose [Canary] names who that is. It remembers what it
    /// read last; not for several threads.
    @FunctionalInterface
    interface Counter {
        /// Asks.
        ///
        /// @throws java.io.UncheckedIOException when nobody can be asked just now
        Counted read();
    }

    /// What came of asking.
    sealed interface Counted {
        /// Totals since the counter began. Those of two readings can be compared when their series
        /// is the same; else it is not known what came in between them.
        ///
        /// @param series goes up when somebody began to count anew
        /// @param remark what is strange about it, for people; empty for nothing
        record Totals(long series, Answered canary, Answered baseline, String remark)
                implements Counted {}

        /// Nothing that could be judged by. Never the same as no errors.
        record Unread(String reason, String hint) implements Counted {}
    }
}
