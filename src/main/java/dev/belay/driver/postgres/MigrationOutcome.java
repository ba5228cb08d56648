package dev.belay.driver.postgres;

import java.util.List;

/// What became of a wish to migrate.
public sealed interface MigrationOutcome {
    /// It is so now.
    ///
    /// @param moved what was applied or taken back, in that order; nothing when it was so already
    /// @param warnings sentences that concern nobody's plan and somebody's work
    record Done(List<String> moved, List<String> warnings) implements MigrationOutcome {
        public Done {
            moved = List.copyOf(moved);
            warnings = List.copyOf(warnings);
        }
    }

    /// Somebody else is at it, or holds what is needed. Nothing was changed by this call beyond
    /// whole migrations; worth asking again.
    record Busy(String because) implements MigrationOutcome {}

    /// The database is not as the files say, or they are not as they were: nothing was changed.
    ///
    /// @param left whether something of the release is there, from an earlier call
    /// @param passes whether the same may go through another time
    record Refused(String reason, String hint, boolean left, boolean passes)
            implements MigrationOutcome {}

    /// A migration failed, and nothing of it is left.
    ///
    /// @param moved whole migrations before it
    /// @param left whether something of the release is there: those, or what an earlier call did
    /// @param passes whether the same may go through another time
    record Failed(String reason, String hint, List<String> moved, boolean left, boolean passes)
            implements MigrationOutcome {
        public Failed {
            moved = List.copyOf(moved);
        }
    }

    /// A part of a migration is there, a part is not, and only a person can say how it goes on.
    ///
    /// @param state exactly what is done and what is not, by statement
    /// @param passes whether the rest may go through another time
    record Partial(String reason, String state, boolean passes) implements MigrationOutcome {}

    /// Somebody with a greater token was here. Nothing was changed.
    record Stale(long last) implements MigrationOutcome {}
}
