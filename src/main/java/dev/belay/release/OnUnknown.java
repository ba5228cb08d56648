package dev.belay.release;

/// What follows when nobody can say whether a step that must not happen twice did happen.
public enum OnUnknown {
    /// A person decides.
    HOLD,
    /// Go on: right for notifications.
    ASSUME_DONE,
    /// Undo it and turn back.
    UNDO
}
