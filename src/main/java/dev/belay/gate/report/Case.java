package dev.belay.gate.report;

/// One item that was tried: a test, or an item of an evaluation.
///
/// @param id the same wherever the same thing was tried
/// @param score 0 to 1; of a test, one or the other
public record Case(String id, Outcome outcome, double score) {
    /// How it went.
    public enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    /// Whether it is neither right nor wrong, but something between.
    public boolean isGraded() {
        return score > 0 && score < 1;
    }

    /// One that is right or wrong, and nothing between.
    static Case of(String id, Outcome outcome) {
        return new Case(id, outcome, outcome == Outcome.PASSED ? 1 : 0);
    }
}
