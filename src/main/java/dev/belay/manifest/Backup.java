package dev.belay.manifest;

import dev.belay.release.BackupPolicy;
import dev.belay.release.Boundary;
import dev.belay.release.Dependency;
import dev.belay.release.WalArchive;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a datastore is backed up, and when without being asked.
///
/// @param copy a second place for them, as `s3://bucket/prefix`, or empty
/// @param daily a time of day as `02:00`, or empty for never
/// @param written whether the manifest says anything of it
/// @param drill how often one is restored for practice; zero for never
/// @param archive where the log of its server is archived, or null
public record Backup(
        BackupPolicy policy,
        String copy,
        String daily,
        Duration drill,
        boolean written,
        @Nullable WalArchive archive) {
    public static Backup usual(Dependency datastore) {
        return usual(datastore, Boundary.NONE);
    }

    static Backup usual(Dependency datastore, Boundary boundary) {
        return new Backup(
                new BackupPolicy(datastore, "", BackupPolicy.KEEP, List.of(), "", boundary),
                "",
                "",
                Duration.ZERO,
                false,
                null);
    }

    /// Where the log of its server is archived.
    public Optional<WalArchive> archived() {
        return Optional.ofNullable(archive);
    }
}
