package dev.belay.release;

/// When a release is to begin. Before, it waits and keeps nobody up; after, it waits for somebody
/// to say when instead.
///
/// @param from the first moment, in milliseconds since the epoch
/// @param until the last
public record Appointment(long from, long until) {
    public Appointment {
        if (from < 0 || until < from) {
            throw new IllegalArgumentException("it ends before it begins");
        }
    }

    /// Whether it may begin at a moment.
    public boolean holds(long moment) {
        return from <= moment && moment <= until;
    }

    /// Whether it is too late for it at a moment.
    public boolean missed(long moment) {
        return moment > until;
    }
}
