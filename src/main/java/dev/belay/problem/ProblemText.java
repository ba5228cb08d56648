package dev.belay.problem;

import java.util.List;

/// Problems as blocks of text: place, sentence, code, the line with a caret below, and the hint.
///
/// ```
/// belay.yaml:14:14: role `releaser` is not declared  [manifest/unknown-role]
///    14 |     approve: releaser
///       |              ^^^^^^^^
/// hint: declare it under `roles:`, or use `release-manager`
/// ```
///
/// What is shown was written by somebody, perhaps to harm: control characters never reach the
/// terminal, and a long line is cut to what lies around the caret.
public final class ProblemText {
    private static final int NUMBER_WIDTH = 5;
    private static final int LINE_WIDTH = 100;
    private static final int BEFORE_CARET = 40;
    private static final char SHOWN_FOR_CONTROL = '\uFFFD';

    private ProblemText() {}

    /// One block after the other, an empty line between them.
    public static String of(List<Problem> problems) {
        return String.join("\n", problems.stream().map(ProblemText::of).toList());
    }

    /// One block, which ends with a line break.
    public static String of(Problem problem) {
        var text = new StringBuilder();
        switch (problem.place()) {
            case Place.Line(Span span, _) -> text.append(span);
            case Place.Named(String what) -> text.append(harmless(what));
        }
        text.append(": ").append(harmless(problem.message()));
        text.append("  [").append(problem.code()).append("]\n");
        if (problem.place() instanceof Place.Line(Span span, String line)) {
            appendExcerpt(text, span, line);
        }
        if (!problem.hint().isEmpty()) {
            text.append("hint: ").append(harmless(problem.hint())).append('\n');
        }
        return text.toString();
    }

    private static void appendExcerpt(StringBuilder text, Span span, String line) {
        int[] points = harmless(line).codePoints().toArray();
        int column = Math.min(span.column() - 1, points.length);
        int from = points.length <= LINE_WIDTH ? 0 : Math.max(0, column - BEFORE_CARET);
        int to = Math.min(points.length, from + LINE_WIDTH);
        String before = from > 0 ? "…" : "";
        String after = to < points.length ? "…" : "";
        String number = Integer.toString(span.line());
        text.append(" ".repeat(Math.max(0, NUMBER_WIDTH - number.length()))).append(number);
        text.append(" | ").append(before).append(new String(points, from, to - from));
        text.append(after).append('\n');
        int carets = Math.max(1, Math.min(span.end() - 1, to) - column);
        text.append(" ".repeat(Math.max(NUMBER_WIDTH, number.length()))).append(" | ");
        text.append(" ".repeat(before.length() + column - from));
        text.append("^".repeat(carets)).append('\n');
    }

    /// A tab becomes a blank, so that the caret stands where it should; any other control or
    /// direction-changing character a replacement character.
    private static String harmless(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == '\t' ? ' ' : isHarmful(c) ? SHOWN_FOR_CONTROL : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    private static boolean isHarmful(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }
}
