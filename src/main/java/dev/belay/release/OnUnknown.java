package dev.belay.release;

/// What follows when nobody can say whether a once-only step happened.
public enum OnUnknown {
    /// A person decides.
    HOLD,
    /// Go on: right for notifications.
    ASSUME_DONE,
    /// Undo it and turn back.
    UNDO
}
