package dev.belay.release;

/// Whether a step is done or undone. A release turns from [#DO] to [#UNDO] at most once.
public enum Direction {
    DO,
    UNDO
}
