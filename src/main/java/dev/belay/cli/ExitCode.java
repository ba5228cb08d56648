package dev.belay.cli;

/// What the command line tells the shell. Scripts build on these numbers: they do not change.
public enum ExitCode {
    DONE(0, "done"),
    PROBLEM(2, "a problem in what you wrote"),
    WAITING(3, "refused, or waiting for a person"),
    FAILED(4, "failed; what ran before runs again"),
    HELD(5, "held: a person decides"),
    BUG(70, "a bug of ours"),
    DETACHED(130, "detached by Ctrl-C; the release goes on");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }

    /// The one to report when several things ended: what needs a person most.
    public ExitCode or(ExitCode other) {
        return number >= other.number ? this : other;
    }
}
