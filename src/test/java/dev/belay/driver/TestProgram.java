package dev.belay.driver;

/// What programs do in the tests of targets. Each has a script for a shell that finds `busybox`; a
/// kind of target that cannot run one says in its [TargetGround] what does the same there.
public enum TestProgram {
    /// Goes on until it is told to end.
    WAITS("trap 'exit 0' TERM; while :; do busybox sleep 0.1; done"),

    /// Answers a request for `/` with the id of its revision, which its folder has as `index.html`.
    ANSWERS("exec busybox httpd -f -p \"$PORT\""),

    /// Says when it began, and with which secret, and goes on.
    TELLS("echo begin with $KEY; trap 'exit 0' TERM; while :; do busybox sleep 0.1; done"),

    /// Does not end when it is told to.
    IGNORES_END("trap '' TERM; echo up; while :; do busybox sleep 0.1; done"),

    /// Ends badly as soon as it begins.
    ENDS_AT_ONCE("echo no luck; exit 3"),

    /// There is none: its command names a program that nobody has.
    IS_MISSING(""),

    /// The first instance goes on, all others end badly as soon as they begin.
    RUNS_ALONE(
            "[ \"$BELAY_NUMBER\" = 1 ] || { echo no room; exit 3; }; trap 'exit 0' TERM;"
                    + " while :; do busybox sleep 0.1; done"),

    /// Ends well, and soon.
    DOES_ITS_JOB("echo done it"),

    /// Ends well after a few seconds.
    WORKS_A_WHILE("busybox sleep 5; echo done it"),

    /// Ends badly, and soon.
    FAILS_ITS_JOB("echo cannot connect; exit 4"),

    /// Never ends, whatever it is told.
    NEVER_DONE("trap '' TERM; while :; do busybox sleep 0.1; done");

    private final String script;

    TestProgram(String script) {
        this.script = script;
    }

    public String script() {
        return script;
    }

    /// Whether it is run to its end, and listens nowhere.
    public boolean isJob() {
        return switch (this) {
            case DOES_ITS_JOB, WORKS_A_WHILE, FAILS_ITS_JOB, NEVER_DONE -> true;
            case WAITS, ANSWERS, TELLS, IGNORES_END, ENDS_AT_ONCE, IS_MISSING, RUNS_ALONE -> false;
        };
    }
}
