package dev.belay.schema;

/// Whether a down migration brings back what was. In order of harm.
public enum Reversibility {
    /// Catalogue and data are as before.
    EXACT,

    /// Something stays that was not there, and harms nobody.
    RESIDUE,

    /// Until the new release has written what the old schema does not take.
    CONDITIONAL,

    /// The catalogue comes back, data do not.
    LOSSY,

    NONE
}
