package dev.belay.driver;

/// What a third party does to an instance.
public enum Harm {
    /// Nobody asked the instance.
    KILLED,

    /// It was told to end, and did.
    ENDED,

    /// It is there and gets no time to run.
    PAUSED,

    /// It is gone with all that was known of it outside of our own records.
    REMOVED
}
