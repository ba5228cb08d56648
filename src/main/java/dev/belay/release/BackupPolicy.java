package dev.belay.release;

import java.time.Duration;
import java.util.List;

/// How a datastore is backed up.
///
/// @param folder where its backups are kept; empty is Belay's own, beside its journal
/// @param keep how long; some stay longer all the same
/// @param recipients public keys of age that they are encrypted to; none leaves them unencrypted
/// @param scratch the server on which databases are made of them to be tried, its values not filled
///   in; empty for one that is started for it on this machine
/// @param boundary what such databases stay inside of
public record BackupPolicy(
        Dependency datastore,
        String folder,
        Duration keep,
        List<String> recipients,
        String scratch,
        Boundary boundary) {
    /// For a datastore of which nobody said anything.
    public static final Duration KEEP = Duration.ofDays(30);

    public BackupPolicy {
        recipients = List.copyOf(recipients);
    }

    /// One that is tried on this machine.
    public BackupPolicy(
            Dependency datastore, String folder, Duration keep, List<String> recipients) {
        this(datastore, folder, keep, recipients, "", Boundary.NONE);
    }

    public static BackupPolicy usual(Dependency datastore) {
        return new BackupPolicy(datastore, "", KEEP, List.of());
    }
}
