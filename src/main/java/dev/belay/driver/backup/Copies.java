package dev.belay.driver.backup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A second place for one datastore's backups, elsewhere. What has a manifest there is whole: that
/// comes last and goes first.
///
/// Everything here throws [IOException] with a sentence for people when the place does not do it.
public interface Copies extends AutoCloseable {
    /// A whole one.
    ///
    /// @param bytes that its files take there
    record Copy(String name, long bytes) {}

    /// Opens such a place.
    interface Opener {
        /// Opens one datastore's.
        ///
        /// @param address as `s3://bucket/prefix`
        /// @throws DataFailure when it is known already that nothing can be had there
        Copies open(String environment, String datastore, String address) throws DataFailure;
    }

    /// The whole ones, the newest first.
    List<Copy> list() throws IOException;

    /// Brings one there. What was there of it before is written over.
    void put(StoredBackup backup) throws IOException;

    /// Brings the files of one here.
    ///
    /// @param into an empty folder
    void fetch(String name, Path into) throws IOException;

    /// Removes one.
    void remove(String name) throws IOException;

    @Override
    void close();
}
