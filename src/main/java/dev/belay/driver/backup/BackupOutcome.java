package dev.belay.driver.backup;

/// What became of an attempt to have a good backup.
public sealed interface BackupOutcome {
    /// It is in the store, and was a database again that equals its source.
    record Verified(StoredBackup backup, Verification verification) implements BackupOutcome {}

    /// There is none that anything may rely on.
    ///
    /// @param reason a sentence
    /// @param hint how to mend it, or empty
    record Refused(String reason, String hint) implements BackupOutcome {}
}
