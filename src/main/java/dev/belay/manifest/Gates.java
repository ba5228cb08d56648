package dev.belay.manifest;

/// What must be so before a release of an environment may go on.
///
/// @param backup whether nothing is migrated, and nothing that uses a datastore is released,
///   without a backup that was restored; migrations are then rehearsed on it
public record Gates(boolean backup) {
    public static final Gates NONE = new Gates(false);
}
