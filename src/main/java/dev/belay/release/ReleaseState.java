package dev.belay.release;

import java.util.EnumSet;
import java.util.Set;

/// Where a release is in its life. Waiting for an approval, health or a soak is a position inside
/// [#RUNNING], not a state.
///
/// ```
///            ┌──────────► REJECTED, SUPERSEDED        (never started)
/// QUEUED ────┤
///            └► RUNNING ⇄ PAUSED ─────────► COMPLETED
///                  │          │
///                  └──► ROLLING_BACK ─────► ROLLED_BACK
///     any active ──► HELD ──(a recorded decision)──► RUNNING, ROLLING_BACK, COMPLETED,
///                                                    ROLLED_BACK, WRITTEN_OFF
/// ```
public enum ReleaseState {
    /// Planned and frozen, waiting for its scopes.
    QUEUED,
    /// Going forward.
    RUNNING,
    /// No new forward step starts; what is under way is resolved.
    PAUSED,
    /// Going back; never turns forward again.
    ROLLING_BACK,
    /// The engine refuses to choose: a person decides.
    HELD,
    /// What was wanted was seen to be so.
    COMPLETED,
    /// What was there before was seen to be there again.
    ROLLED_BACK,
    /// Given up by two people, who looked.
    WRITTEN_OFF,
    /// Never started: refused, cancelled, or out of date.
    REJECTED,
    /// Never started: a newer release took its place in the queue.
    SUPERSEDED;

    /// All of those after which something follows.
    public static Set<ReleaseState> unended() {
        Set<ReleaseState> states = EnumSet.allOf(ReleaseState.class);
        states.removeIf(ReleaseState::ended);
        return states;
    }

    /// Whether a release in this state owns its scopes.
    public boolean active() {
        return this == RUNNING || this == PAUSED || this == ROLLING_BACK || this == HELD;
    }

    /// Whether nothing follows.
    public boolean ended() {
        return !active() && this != QUEUED;
    }
}
