package dev.belay.driver.backup;

import java.nio.file.Path;
import java.util.List;

/// How datastores of one engine are backed up and put back. What is the same for all of them (where
/// backups lie, who makes one, how long they are kept, who can read them) is none of its business:
/// that is [DatastoreBackups].
///
/// Addresses are whole, with the values of their environment; no message may repeat their password.
public interface DatastoreKind {
    /// A backup that was tried to be made, and the keys that can read it.
    record Made(BackupOutcome outcome, BackupKeys keys) {}

    /// Makes one, turns it into a datastore again and compares. What fails that stays in the store,
    /// unverified; after anything else nothing is left of it.
    ///
    /// @param keys whom it is encrypted to
    Made make(String address, BackupStore store, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException;

    /// Brings the datastore back to an instant that has passed, in scratch, by an archive of its
    /// log. The living one is not changed.
    default Recovered recover(String address, PastInstant past, Workshop workshop)
            throws DataFailure, InterruptedException {
        throw new DataFailure("of this engine there is no archive of its log", "");
    }

    /// A datastore in scratch that is as another was; gone once this is closed.
    interface Recovered extends AutoCloseable {
        /// As above; its instant and its origin are those that it was made for.
        Made make(BackupStore store, BackupKeys keys, Workshop workshop)
                throws DataFailure, InterruptedException;

        @Override
        void close();
    }

    /// Turns one into a datastore in scratch and compares it with its manifest; writes the result
    /// down.
    BackupOutcome verify(BackupStore store, StoredBackup backup, BackupKeys keys, Workshop workshop)
            throws DataFailure, InterruptedException;

    /// By what the datastore that the address leads to is known, wherever it is reached: two with
    /// the same are one. Empty where nothing tells.
    String origin(String address) throws DataFailure;

    /// The same, of what a backup was made of.
    String origin(StoredBackup backup) throws DataFailure;

    /// Whether the datastore has the schema that it had then; where there is no such thing it has.
    boolean isOfSameSchema(String address, StoredBackup backup) throws DataFailure;

    /// What puts backups back where the address is.
    Restorer restorer(String address, BackupKeys keys, Workshop workshop) throws DataFailure;

    /// What a restore cannot do where the address leads, with its user's rights, as sentences.
    default List<String> limits(String address) throws DataFailure {
        return List.of();
    }

    /// Ends and removes what a killed process left. For whoever alone works there.
    void sweep(Path scratch);

    /// Removes what a killed process left on the server that the workshop names. What somebody
    /// works at stays.
    default void sweep(Workshop workshop) throws DataFailure, InterruptedException {}
}
