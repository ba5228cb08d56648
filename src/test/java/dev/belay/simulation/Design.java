package dev.belay.simulation;

import java.util.EnumSet;
import java.util.Set;

/// The design decisions that can be taken away, one at a time, to see that the simulation notices.
record Design(Set<Part> without) {
    static final Design WHOLE = new Design(EnumSet.noneOf(Part.class));

    /// A part of the protocol that something depends on.
    enum Part {
        /// The world refuses tokens that are not greater than the last.
        FENCE_AT_THE_TARGET,
        /// A token for every attempt, not one for a whole lease.
        TOKEN_PER_OPERATION,
        /// A probe refuses older effects before it answers.
        PROBE_SEALS,
        /// An intent is in the journal before its effect is sent.
        INTENT_FIRST,
        /// The way back undoes a step that failed too, not completed ones only.
        UNDO_WHAT_FAILED,
        /// After a lost answer the world is asked before anything is repeated.
        PROBE,
        /// The journal refuses writers without the lease.
        FENCE_AT_THE_JOURNAL,
        /// At most one active release owns a scope.
        ONE_ACTIVE,
        /// The world checks readiness at the moment the effect is applied.
        GUARD_AT_APPLY,
        /// That check is made where the effect is applied, not before the call.
        GUARD_IN_TIME,
        /// The router answers only when the new table is in use.
        ROUTER_CONFIRMS,
        /// A release whose baseline is no longer so does not start.
        BASELINE_GUARD
    }

    static Design without(Part part) {
        return new Design(EnumSet.of(part));
    }

    boolean has(Part part) {
        return !without.contains(part);
    }
}
