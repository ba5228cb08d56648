package dev.belay.problem;

/// A stretch of one line of a text file, for pointing at it. Lines and columns count from 1 and
/// columns count code points; `end` is the column after the last one.
public record Span(String file, int line, int column, int end) {
    public Span {
        if (line < 1 || column < 1 || end < column) {
            throw new IllegalArgumentException(file + ":" + line + ":" + column + "-" + end);
        }
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
