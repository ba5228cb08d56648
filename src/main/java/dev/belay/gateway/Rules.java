package dev.belay.gateway;

import java.time.Duration;
import java.util.List;

/// How requests find a component besides its own port, and how they are dealt with there.
///
/// @param slowStart how long a member that became ready gets fewer requests than the others
/// @param sticky whether visitors stay with the revision that they once got, by a cookie
public record Rules(List<Match> at, Duration slowStart, boolean sticky) {
    /// Its own port is all it has.
    public static final Rules NONE = new Rules(List.of(), Duration.ZERO, false);

    public Rules {
        at = List.copyOf(at);
    }

    /// Matches and nothing more.
    public Rules(List<Match> at) {
        this(at, Duration.ZERO, false);
    }
}
