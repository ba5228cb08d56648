package dev.belay.gateway;

import org.jspecify.annotations.Nullable;

/// What somebody wants of a component's door. A person's wish comes true whatever there was; that
/// of a release, which has a token, only beside what people did: it opens no door that it did not
/// shut, and puts none before one that a person shut.
///
/// @param door null to open
/// @param token of a release; 0 of a person
/// @param by the release, or empty
record DoorWish(@Nullable Door door, long token, String by) {
    static DoorWish ofPerson(@Nullable Door door) {
        return new DoorWish(door, 0, "");
    }

    boolean ofRelease() {
        return token > 0;
    }

    /// What there is after it.
    @Nullable Door after(@Nullable Door before) {
        if (!ofRelease() || before == null) {
            return door;
        }
        String owner = before.by();
        boolean may = door == null ? owner.equals(by) : !owner.isEmpty();
        return may ? door : before;
    }
}
