package dev.belay.driver.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Looks whether the files of a backup are those that were written, before anybody makes a database
/// of them.
public final class BackupFiles {
    private BackupFiles() {}

    /// Whether every file is there and as it was written, and no other; empty when it is so.
    public static Optional<BackupOutcome.Refused> damage(StoredBackup backup) throws IOException {
        BackupManifest manifest = backup.manifest();
        for (SealedFile file : manifest.files()) {
            Path stored = backup.folder().resolve(file.name());
            if (!Files.isRegularFile(stored)) {
                return damaged(backup, "`" + file.name() + "` is missing");
            }
            if (Files.size(stored) != file.storedBytes()) {
                return damaged(
                        backup,
                        "`%s` has %d bytes, and was written with %d"
                                .formatted(file.name(), Files.size(stored), file.storedBytes()));
            }
            if (!Seal.storedSha256(stored).equals(file.storedSha256())) {
                return damaged(backup, "`" + file.name() + "` is not as it was written");
            }
        }
        List<String> strange = Folders.files(backup.folder());
        strange.removeAll(manifest.byName().keySet());
        return strange.isEmpty()
                ? Optional.empty()
                : damaged(backup, "`" + strange.getFirst() + "` does not belong to it");
    }

    /// That something of a backup is not what was written.
    public static Optional<BackupOutcome.Refused> damaged(StoredBackup backup, String what) {
        return Optional.of(
                new BackupOutcome.Refused(
                        "the backup `" + backup.name() + "` is damaged: " + what,
                        "take another one, and look after the disk it lies on"));
    }
}
