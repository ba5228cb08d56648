package dev.belay.driver.host;

/// Whether a started program lives, as seen at this moment.
public sealed interface Life {
    /// Nobody knows how it ended: it was killed together with its launcher, or the machine went
    /// down.
    int NO_STATUS = -1;

    /// Its launcher is on the way.
    record Starting() implements Life {}

    /// The process of that pid and start time.
    record Alive(long pid, long start) implements Life {}

    /// It is over; `status` as a shell says it, 128 and the signal's number when it was killed.
    record Ended(int status) implements Life {}
}
