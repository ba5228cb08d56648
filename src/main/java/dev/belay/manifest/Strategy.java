package dev.belay.manifest;

/// How a new revision takes the place of the old one.
public enum Strategy {
    /// One instance after the other.
    ROLLING,
    /// All of the new beside all of the old, then traffic moves at once.
    BLUE_GREEN,
    /// The old one stops before the new one starts: for what must not run twice.
    RECREATE,
    /// The new one gets a growing part of the requests, as long as it is not worse than the old.
    CANARY
}
