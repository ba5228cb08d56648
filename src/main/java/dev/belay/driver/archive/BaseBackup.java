package dev.belay.driver.archive;

import java.time.Instant;

/// A copy of a whole server's files, from which its log can be replayed.
///
/// @param id as the tool calls it
/// @param system the identifier of the cluster that it is of
/// @param major version of that server
/// @param consistent from this instant on it can be had
/// @param firstWal the segment of the log that it begins in
/// @param lastWal the one that it needs in any case
/// @param bytes that it takes when it is unpacked
/// @param repository where the tool has it, when there are several; else empty
public record BaseBackup(
        String id,
        String system,
        int major,
        Instant consistent,
        String firstWal,
        String lastWal,
        long bytes,
        String repository) {}
