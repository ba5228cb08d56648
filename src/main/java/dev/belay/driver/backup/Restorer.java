package dev.belay.driver.backup;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Puts backups of one datastore back: always beside what lives, where it is compared before
/// anybody uses it; then, when a person wants it, in its place.
///
/// A swap is `fence`, `swap`, and `unfence` only when the swap failed. Whatever fails before the
/// swap leaves the living one as it was.
public interface Restorer {
    /// What became of a restore.
    sealed interface Outcome {
        /// It is there and holds what the backup's source held.
        ///
        /// @param database where it is, as people call it
        /// @param remarks what a person should know
        record Restored(String database, List<String> remarks) implements Outcome {
            public Restored {
                remarks = List.copyOf(remarks);
            }
        }

        /// Nothing new is there.
        record Refused(String reason, String hint) implements Outcome {}
    }

    /// What the living one is called.
    String living();

    /// What a restored one is called when nobody says it.
    String freshName(Instant when);

    /// Why it cannot be restored under that name; empty when nothing is known to be in the way.
    /// Changes nothing.
    ///
    /// @param swap whether it is to take the living one's place
    Optional<Outcome.Refused> obstacle(StoredBackup backup, String name, boolean swap)
            throws DataFailure;

    /// Makes it and compares it; one that is not equal is removed again.
    Outcome restore(StoredBackup backup, String name) throws DataFailure, InterruptedException;

    /// Lets nobody use the living one any more, where that can be had.
    void fence() throws DataFailure;

    /// Lets everybody use it again.
    void unfence() throws DataFailure;

    /// What the old one is called after a swap.
    String asideName(Instant when);

    /// Puts what was restored in the place of the living one, which stays elsewhere.
    ///
    /// @param restored what [#restore] said of where it is
    /// @param aside what the old one is called from now on
    void swap(String restored, String aside) throws DataFailure;

    /// What a person should know after a swap.
    List<String> afterSwap();

    /// Keeps whoever uses the living one by its address from writing to it, until [#allowWrites],
    /// where its user may do that. For a restore whose place nobody else can take: its address is
    /// re-pointed.
    ///
    /// @return who may write all the same, as sentences
    default List<String> stopWrites() throws DataFailure {
        return List.of(
                "the server of `%s` keeps nobody from writing: requests are kept out, workers and people are not"
                        .formatted(living()));
    }

    /// Lets them write again.
    default void allowWrites() throws DataFailure {}

    /// Opens what a swap left closed that was cut off somewhere.
    ///
    /// @return whether the restored one is in the place of the living one
    boolean settle(String restored, String aside) throws DataFailure;
}
