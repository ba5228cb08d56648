package dev.belay.simulation;

/// An invariant did not hold. `kind` names it, so that shrinking keeps to the same one.
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String kind;

    Violation(String kind, String what) {
        super(kind + ": " + what, null, false, true);
        this.kind = kind;
    }

    String kind() {
        return kind;
    }
}
