package dev.belay.driver.backup;

/// One file of a backup: what was in it, and what lies in the folder, compressed and perhaps
/// encrypted.
///
/// @param name below the backup's folder, as `data/3021.dat.zst.age`
/// @param bytes of what was in it
/// @param sha256 of what was in it, hexadecimal
/// @param storedBytes of the file
/// @param storedSha256 of the file, what `sha256sum` says
public record SealedFile(
        String name, long bytes, String sha256, long storedBytes, String storedSha256) {}
