package dev.belay.driver.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which backups may go. A backup that replaced nothing has cost many a company its data: so age
/// alone removes none.
///
/// @param keep how long
public record Retention(Duration keep) {
    public static final Retention USUAL = new Retention(Duration.ofDays(30));

    /// One of a database's backups.
    ///
    /// @param instant the one that its data is of
    /// @param since from when on it is kept: the same, but for one that somebody wanted of the past
    /// @param verified whether it was a database again
    public record Kept(String name, Instant instant, Instant since, boolean verified) {
        public static Kept of(StoredBackup backup) {
            BackupManifest manifest = backup.manifest();
            return new Kept(
                    backup.name(),
                    manifest.instant(),
                    manifest.recoveredBy().isEmpty() ? manifest.instant() : manifest.started(),
                    backup.verified().isPresent());
        }
    }

    /// Those that may be removed, the oldest first.
    ///
    /// @param all of one database
    /// @param needed by name: those that a release would go back to
    /// @param lastSucceeded whether the last attempt ended with a verified one; when not, nothing
    ///   goes, as nobody knows yet what is wrong
    public List<Kept> removable(
            List<Kept> all, Set<String> needed, boolean lastSucceeded, Instant now) {
        Optional<Kept> newest =
                all.stream().filter(Kept::verified).max(Comparator.comparing(Kept::instant));
        if (!lastSucceeded || newest.isEmpty()) {
            return List.of();
        }
        Instant limit = now.minus(keep);
        return all.stream()
                .filter(one -> one.since().isBefore(limit))
                .filter(one -> !one.equals(newest.get()))
                .filter(one -> !needed.contains(one.name()))
                .sorted(Comparator.comparing(Kept::instant).thenComparing(Kept::name))
                .toList();
    }
}
