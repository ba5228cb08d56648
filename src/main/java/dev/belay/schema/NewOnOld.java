package dev.belay.schema;

/// What the release that comes meets on the old schema: when it starts before the migration ran, or
/// still runs when it is undone.
public enum NewOnOld {
    OK,
    BREAKS
}
