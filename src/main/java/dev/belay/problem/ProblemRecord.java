package dev.belay.problem;

/// A problem as it is sent and as `--json` prints it.
///
/// @param file what the place is in, or the place itself when it has no lines; `line`, `column` and
///   `end` are then 0 and `source` is empty
/// @param source the whole line
public record ProblemRecord(
        String code,
        String file,
        int line,
        int column,
        int end,
        String source,
        String message,
        String hint) {
    public static ProblemRecord of(Problem problem) {
        return switch (problem.place()) {
            case Place.Line(Span span, String text) ->
                    new ProblemRecord(
                            problem.code(),
                            span.file(),
                            span.line(),
                            span.column(),
                            span.end(),
                            text,
                            problem.message(),
                            problem.hint());
            case Place.Named(String what) ->
                    new ProblemRecord(
                            problem.code(), what, 0, 0, 0, "", problem.message(), problem.hint());
        };
    }

    public Problem problem() {
        Place place =
                line == 0
                        ? new Place.Named(file)
                        : new Place.Line(new Span(file, line, column, end), source);
        return new Problem(code, place, message, hint);
    }
}
