package dev.belay.execution;

import dev.belay.journal.Fact;
import java.util.List;

/// What became of a command: the facts to write, or a no with its way out.
public sealed interface Verdict {
    /// Nothing to write when `facts` is empty: it was so already.
    record Accepted(List<Fact> facts) implements Verdict {
        public Accepted {
            facts = List.copyOf(facts);
        }
    }

    /// Nothing was changed.
    ///
    /// @param code stable, `release/not-held`
    record Refused(String code, String reason, String wayOut) implements Verdict {}
}
