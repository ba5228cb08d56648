package dev.belay.contract;

import dev.belay.manifest.text.Mark;

/// A line of a contract file.
///
/// @param was whether it is of the file as it was before: what is gone has no other place
public record Spot(String file, int line, boolean was) {
    static Spot now(Mark mark) {
        return new Spot(mark.file().name(), mark.line(), false);
    }

    static Spot before(Mark mark) {
        return new Spot(mark.file().name(), mark.line(), true);
    }

    @Override
    public String toString() {
        return file + (line == 0 ? "" : ":" + line) + (was ? " (before)" : "");
    }
}
