package dev.belay.driver.sqlite;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.DataFailure;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a backup of SQLite says of its database besides the sums of its rows.
///
/// @param version of the library that read it
/// @param schema the hash of all statements that made it
/// @param pragmas what belongs to the file, by name, as `user_version`
/// @param orphans rows whose foreign keys lead nowhere: in the source as well
record SqliteFacts(String version, String schema, SortedMap<String, String> pragmas, long orphans) {
    /// What a file keeps of itself.
    private static final List<String> PRAGMAS =
            List.of("application_id", "auto_vacuum", "encoding", "page_size", "user_version");

    SqliteFacts {
        pragmas = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(pragmas));
    }

    static SqliteFacts read(Connection connection) throws SQLException {
        var pragmas = new TreeMap<String, String>();
        for (String name : PRAGMAS) {
            pragmas.put(name, SqliteFile.text(connection, "PRAGMA " + name));
        }
        return new SqliteFacts(
                SqliteFile.text(connection, "SELECT sqlite_version()"),
                schema(connection),
                pragmas,
                SqliteFile.texts(connection, "PRAGMA foreign_key_check").size());
    }

    /// By the statements, whatever the order in which they were said.
    static String schema(Connection connection) throws SQLException {
        List<String> all =
                SqliteFile.texts(
                        connection,
                        "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '')"
                                + " FROM sqlite_schema ORDER BY 1");
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(
                                            String.join("\0", all)
                                                    .getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Of a backup of SQLite.
    static SqliteFacts of(BackupManifest manifest) throws DataFailure {
        if (!manifest.engine().equals(SqliteBackup.ENGINE)) {
            throw new DataFailure(
                    "`" + manifest.name() + "` is a backup of " + manifest.engine(), "");
        }
        try {
            return JsonMapper.shared().treeToValue(manifest.facts(), SqliteFacts.class);
        } catch (JacksonException e) {
            throw new DataFailure(
                    "the manifest of `%s` cannot be read: %s"
                            .formatted(manifest.name(), e.getOriginalMessage()),
                    "",
                    e);
        }
    }
}
