package dev.belay.manifest.text;

import dev.belay.problem.Place;
import dev.belay.problem.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A text with a name and lines that can be pointed at.
public final class TextFile {
    private final String name;
    private final String text;
    private @Nullable List<String> lines;

    /// @param name relative to the manifest's folder
    public TextFile(String name, String text) {
        this.name = name;
        this.text = text;
    }

    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    /// Points at columns of a line, counted from 1, `end` exclusive. A place that lies outside of
    /// the text is moved to its edge: marks at the end of a file point behind the last line.
    public Place at(int line, int column, int end) {
        List<String> all = lines();
        int known = Math.clamp(line, 1, all.size());
        String shown = all.get(known - 1);
        int width = shown.codePointCount(0, shown.length());
        int from = known == line ? Math.clamp(column, 1, width + 1) : width + 1;
        int to = Math.clamp(end, from, Math.max(from, width + 1));
        return new Place.Line(new Span(name, known, from, to), shown);
    }

    private List<String> lines() {
        if (lines == null) {
            lines = List.of(text.split("\r\n|\r|\n", -1));
        }
        return lines;
    }
}
