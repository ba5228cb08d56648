package dev.belay.driver;

import java.time.Instant;

/// One running copy of a revision, as observed.
///
/// @param id unique in its environment, `api-3f9c1a2b7d10-2`
/// @param number counts from 1 within the revision
/// @param port where it listens on this host; 0 when it does not
/// @param socket path of the Unix socket where it listens instead; empty when it does not
/// @param restarts how often it was started again after dying by itself
public record Instance(
        String id,
        String revision,
        int number,
        State state,
        int port,
        String socket,
        long pid,
        Instant started,
        int restarts,
        String detail) {
    /// One at a port, or one that does not listen.
    public Instance(
            String id,
            String revision,
            int number,
            State state,
            int port,
            long pid,
            Instant started,
            int restarts,
            String detail) {
        this(id, revision, number, state, port, "", pid, started, restarts, detail);
    }

    /// What it does at the moment of looking.
    public enum State {
        STARTING,
        RUNNING,
        STOPPING,
        EXITED,
        CRASH_LOOP
    }
}
