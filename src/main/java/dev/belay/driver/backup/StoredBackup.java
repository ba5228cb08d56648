package dev.belay.driver.backup;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A backup in a store.
///
/// @param folder its own
/// @param manifest what it says of itself
/// @param manifestHash the manifest's own hash, hexadecimal
/// @param verification the last good one, or null
public record StoredBackup(
        Path folder,
        BackupManifest manifest,
        String manifestHash,
        @Nullable Verification verification) {
    private static final long KIBI = 1024;

    public String name() {
        return manifest.name();
    }

    /// One line about it.
    public String words() {
        return "`%s`: %s, %,d KiB, restored and compared"
                .formatted(
                        name(),
                        BackupManifest.contents(
                                manifest.engine(),
                                manifest.total().rows(),
                                manifest.tables().size()),
                        Math.ceilDiv(manifest.storedBytes(), KIBI));
    }

    /// Of this manifest; empty when it never was a database again.
    public Optional<Verification> verified() {
        return Optional.ofNullable(verification).filter(one -> one.manifest().equals(manifestHash));
    }
}
