package dev.belay.server.operations;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;

/// Why something asked for does not happen: one case for each owner of the way out.
public sealed interface No {
    /// The author of the manifest or request has something to mend; never empty.
    record Problems(List<Problem> problems) implements No {
        public Problems {
            problems = List.copyOf(problems);
        }
    }

    /// A policy or the present state forbids it.
    ///
    /// @param wayOut what to do about it, best a command
    record Refusal(String reason, String wayOut) implements No {}

    /// There is no such thing: a problem of whoever named it.
    record Unknown(Problem problem) implements No {}

    /// The world did not do its part.
    record Failure(String reason, String hint) implements No {}

    /// Too much of the same is under way; asking again later helps.
    record Busy(String reason, String wayOut) implements No {}

    /// One problem of a request.
    static No problem(String code, String where, String message, String hint) {
        return new Problems(List.of(new Problem(code, new Place.Named(where), message, hint)));
    }
}
