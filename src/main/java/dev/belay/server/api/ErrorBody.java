package dev.belay.server.api;

import dev.belay.problem.ProblemRecord;
import java.util.List;

/// Every answer that is a "no".
///
/// @param kind whose it is: `problem` (the author's), `refusal` (the policy's), `failure` (the
///   world's), `held` (a person's), `bug` (ours)
/// @param problems all of them; empty but for `problem`
/// @param wayOut what to do about it, or empty
public record ErrorBody(String kind, List<ProblemRecord> problems, String reason, String wayOut) {
    public ErrorBody {
        problems = List.copyOf(problems);
    }
}
