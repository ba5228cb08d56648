package dev.belay.schema;

/// What carrying out a change does to those who use the database meanwhile. In order of harm.
public enum Danger {
    NONE,

    /// The strongest lock, for as long as a change of the catalogue takes. Behind a long reader it
    /// is a queue all the same.
    BRIEF_LOCK,

    /// Cannot run in a transaction: killed half-way, it leaves something behind.
    NOT_TRANSACTIONAL,

    /// Every row is read while writes, or everything, wait.
    SCAN_UNDER_LOCK,

    /// Every row is written anew while everything waits; needs the table's room a second time.
    REWRITE_UNDER_LOCK
}
