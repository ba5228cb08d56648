package dev.belay.execution;

import dev.belay.journal.Fact;
import dev.belay.release.Direction;
import dev.belay.release.Work;
import java.util.List;

/// What to do next about a release.
sealed interface Move {
    /// Add these facts to the journal; decide again when they are there.
    record Write(List<Fact> facts) implements Move {
        public Write {
            facts = List.copyOf(facts);
        }
    }

    record Apply(int step, Direction direction, long token) implements Move {}

    record Probe(int step, Direction direction, long token) implements Move {}

    record Look(int step, Work.Check check) implements Move {}

    record LookAtTheWhole(List<Work.Check> whole) implements Move {
        public LookAtTheWhole {
            whole = List.copyOf(whole);
        }
    }

    /// Nothing before then.
    record Wake(long at) implements Move {}
}
