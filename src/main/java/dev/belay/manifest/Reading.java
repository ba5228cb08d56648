package dev.belay.manifest;

import dev.belay.problem.Problem;
import java.util.List;

/// What came of reading something that a person wrote: the thing itself, or everything that is
/// wrong with it. Never both, so nobody can go on with half a manifest.
public sealed interface Reading<T> {
    /// It is in order.
    record Read<T>(T value) implements Reading<T> {}

    /// It is not; `problems` is never empty and lies in the order of the text.
    record Refused<T>(List<Problem> problems) implements Reading<T> {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
