package dev.belay.driver.haproxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is kept of a scope: its line, and the last token that was accepted, which stays when the
/// line goes.
///
/// @param slots of each backend of the line, how its servers are asked
/// @param line null when requests for the component are none of HAProxy's business
record Entry(long token, List<Check> slots, @Nullable Line line) {
    static final Entry NONE = new Entry(0, List.of(), null);

    Entry {
        slots = List.copyOf(slots);
    }

    boolean refuses(long other) {
        return other <= token;
    }

    Entry accepting(long other) {
        return new Entry(other, slots, line);
    }

    Entry gone(long other) {
        return new Entry(other, List.of(), null);
    }
}
