package dev.belay.manifest.text;

import dev.belay.problem.Place;

/// Where a node was written: a stretch of one line, counted from 1, `end` exclusive. Cheap: the
/// line's text is looked up only when somebody complains.
public record Mark(TextFile file, int line, int column, int end) {
    public Place place() {
        return file.at(line, column, end);
    }
}
