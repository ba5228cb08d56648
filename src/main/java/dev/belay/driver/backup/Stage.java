package dev.belay.driver.backup;

/// What a backup, a verification or a restore is at.
public enum Stage {
    /// Of an archive, a base backup is unpacked.
    BASE,
    /// The log is replayed on it, up to an instant.
    REPLAY,
    /// Tables are locked against changes of their shape, and the snapshot is taken.
    SNAPSHOT,
    /// The database is written into files, and its rows are added up.
    DUMP,
    /// The files are compared with what the manifest says of them.
    FILES,
    /// The files become a database again.
    RESTORE,
    /// That database is compared with what the manifest says of the source.
    COMPARE
}
