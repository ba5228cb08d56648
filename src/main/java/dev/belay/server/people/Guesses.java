package dev.belay.server.people;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/// Counts wrong secrets. Too many in a minute are refused as that and told to the audit log once.
/// What names no token that there is shares one count, so that no flood of names costs memory.
/// Nobody is locked out: names of tokens are no secrets, and what is right still opens.
final class Guesses {
    static final int AT_MOST = 10;
    static final int OF_NOBODY_AT_MOST = 1_000;
    static final Duration WINDOW = Duration.ofMinutes(1);

    /// What every name that is no token's counts as.
    static final String NOBODY = "";

    private final ConcurrentHashMap<String, Count> counts = new ConcurrentHashMap<>();

    private record Count(long since, int wrong) {}

    /// Whether there were too many lately.
    ///
    /// @param id of a token that there is, or [#NOBODY]
    boolean tooMany(String id, long now) {
        Count count = counts.get(id);
        return count != null && recent(count, now) && count.wrong() >= most(id);
    }

    /// Counts one more.
    ///
    /// @return whether it is the one too many
    boolean wrong(String id, long now) {
        Count after =
                counts.compute(
                        id,
                        (_, before) ->
                                before != null && recent(before, now)
                                        ? new Count(before.since(), before.wrong() + 1)
                                        : new Count(now, 1));
        return after.wrong() == most(id);
    }

    private static int most(String id) {
        return id.equals(NOBODY) ? OF_NOBODY_AT_MOST : AT_MOST;
    }

    private static boolean recent(Count count, long now) {
        return now - count.since() < WINDOW.toMillis();
    }
}
