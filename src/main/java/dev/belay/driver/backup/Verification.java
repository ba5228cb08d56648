package dev.belay.driver.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// That a backup became a database again which equals its source.
///
/// @param manifest the hash of the manifest that it was compared with
/// @param at when it was done
/// @param took the whole of it: how long a restore would take about
/// @param where as `scratch cluster of PostgreSQL 15.18`
/// @param tables that were compared
/// @param rows of them
/// @param bytes of these rows' text
/// @param remarks what a person should know, though it is no fault of the backup
public record Verification(
        String manifest,
        Instant at,
        Duration took,
        String where,
        int tables,
        long rows,
        long bytes,
        List<String> remarks) {
    public Verification {
        remarks = List.copyOf(remarks);
    }
}
