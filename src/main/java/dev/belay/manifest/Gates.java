package dev.belay.manifest;

/// What must be so before a release of an environment may go on.
///
/// @param backup whether nothing is migrated, and nothing that uses a datastore is released,
///   without a backup that was restored; migrations are then rehearsed on it
/// @param wayBack whether a release from which nobody can go back is refused, unless somebody
///   accepts that by name
public record Gates(boolean backup, boolean wayBack) {
    public static final Gates NONE = new Gates(false, false);
}
