package dev.belay.driver.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What a backup says of itself: what it was taken from, which files belong to it, and what the
/// rows of the source added up to when it was taken. Written last, and never changed: a folder
/// without it is no backup.
///
/// @param version of this form
/// @param name of its folder
/// @param engine as `postgres`
/// @param database its name in the server
/// @param server where it was, and its version, for people
/// @param started when it was begun
/// @param instant the one that the data is of
/// @param finished when everything but this was on the disk
/// @param databaseBytes what the database took on the server's disk
/// @param recipients public keys that it is encrypted to; none for an unencrypted one
/// @param files all but this
/// @param tables by quoted name
/// @param facts what only the engine's own code understands, but for [#recoveredBy]
/// @param previous the hash of the manifest of the backup before it, or empty: who takes one out of
///   the middle, or puts one in, breaks the chain
public record BackupManifest(
        int version,
        String name,
        String engine,
        String database,
        String server,
        Instant started,
        Instant instant,
        Instant finished,
        long databaseBytes,
        List<String> recipients,
        List<SealedFile> files,
        SortedMap<String, RowChecksum> tables,
        JsonNode facts,
        String previous) {
    public static final int VERSION = 1;

    /// Among the facts.
    public static final String RECOVERED_BY = "recoveredBy";

    public BackupManifest {
        recipients = List.copyOf(recipients);
        files = List.copyOf(files);
        tables = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(tables));
    }

    /// What brought the source back to its instant, as `pgbackrest main`; empty for a backup of
    /// what lived then.
    public String recoveredBy() {
        return facts.path(RECOVERED_BY).asString("");
    }

    public RowChecksum total() {
        return tables.values().stream().reduce(RowChecksum.NONE, RowChecksum::plus);
    }

    /// What is in one, in the words of its engine, as `12 rows of 3 tables`.
    public static String contents(String engine, long rows, long tables) {
        return engine.equals("redis")
                ? "%,d keys".formatted(rows)
                : "%,d rows of %d tables".formatted(rows, tables);
    }

    public long storedBytes() {
        return files.stream().mapToLong(SealedFile::storedBytes).sum();
    }

    /// What was in the files.
    public long bytes() {
        return files.stream().mapToLong(SealedFile::bytes).sum();
    }

    /// By name.
    public Map<String, SealedFile> byName() {
        var all = new TreeMap<String, SealedFile>();
        files.forEach(file -> all.put(file.name(), file));
        return all;
    }
}
