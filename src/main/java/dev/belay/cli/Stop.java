package dev.belay.cli;

import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ends a command with a sentence for people and an exit code. Not a bug, so it has no stack.
public final class Stop extends RuntimeException {
    private final ExitCode code;
    private final transient List<Problem> problems;
    private final String kind;
    private final String wayOut;
    private final @Nullable String json;

    private Stop(ExitCode code, String kind, String reason, String wayOut, List<Problem> problems) {
        this(code, kind, reason, wayOut, problems, null);
    }

    private Stop(
            ExitCode code,
            String kind,
            String reason,
            String wayOut,
            List<Problem> problems,
            @Nullable String json) {
        super(reason, null, false, false);
        this.code = code;
        this.kind = kind;
        this.wayOut = wayOut;
        this.problems = List.copyOf(problems);
        this.json = json;
    }

    /// Something in what was written: manifest, flags, folder.
    public static Stop problems(List<Problem> problems) {
        return new Stop(ExitCode.PROBLEM, "problem", "", "", problems);
    }

    public static Stop problem(Problem problem) {
        return problems(List.of(problem));
    }

    /// The policy says no.
    public static Stop refused(String reason, String wayOut) {
        return new Stop(ExitCode.WAITING, "refusal", reason, wayOut, List.of());
    }

    /// The world does not play along.
    public static Stop failed(String reason, String wayOut) {
        return new Stop(ExitCode.FAILED, "failure", reason, wayOut, List.of());
    }

    /// What the control plane answered; `json` is passed on as it came.
    public static Stop answered(
            ExitCode code, String kind, String reason, String wayOut, String json) {
        return new Stop(code, kind, reason, wayOut, List.of(), json);
    }

    /// As [#answered], with problems to show.
    public static Stop answered(ExitCode code, List<Problem> problems, String json) {
        return new Stop(code, "problem", "", "", problems, json);
    }

    public ExitCode code() {
        return code;
    }

    public String kind() {
        return kind;
    }

    public String wayOut() {
        return wayOut;
    }

    public List<Problem> problems() {
        return problems;
    }

    /// The control plane's own words, or null when it was not asked.
    public @Nullable String json() {
        return json;
    }

    /// For people, ending with a line break.
    public String text() {
        if (!problems.isEmpty()) {
            return ProblemText.of(problems);
        }
        String hint = wayOut.isEmpty() ? "" : "hint: " + wayOut + "\n";
        return "belay: " + getMessage() + "\n" + hint;
    }
}
