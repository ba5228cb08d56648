package dev.belay.gateway;

import java.util.List;

/// How requests find a component besides its own port, and how they are dealt with there.
public record Rules(List<Match> at) {
    /// Its own port is all it has.
    public static final Rules NONE = new Rules(List.of());

    public Rules {
        at = List.copyOf(at);
    }
}
