package dev.belay.journal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Pattern;

/// Lays out an empty database, and recognises one that is not ours or too new.
final class Schema {
    static final int VERSION = 5;

    /// The form that brought the audit log's tree.
    private static final int WITH_TREE = 3;

    private static final Pattern END_OF_STATEMENT = Pattern.compile(";\\s*(?:--.*)?\\R");
    private static final Pattern COMMENT_LINE = Pattern.compile("(?m)^--.*\\R");

    private Schema() {}

    /// Makes the database ready, in one transaction that the caller commits.
    static void prepare(Session session, Path database, long now) throws SQLException {
        long tables = session.number("SELECT count(*) FROM sqlite_master");
        if (tables == 0) {
            run(session, "schema-1.sql");
            run(session, "guards-sqlite.sql");
            renew(session, 1, now);
            return;
        }
        long ours =
                session.number(
                        "SELECT count(*) FROM sqlite_master WHERE name IN ('schema_version',"
                                + " 'open_intent')");
        if (ours != 2) {
            throw new JournalException(
                    "The file `"
                            + database
                            + "` is a database of another program, not a journal of Belay",
                    null);
        }
        long version = session.number("SELECT max(version) FROM schema_version");
        if (version > VERSION) {
            throw new JournalException(
                    "The journal `"
                            + database
                            + "` was written by a newer Belay (its form is "
                            + version
                            + ", this one knows "
                            + VERSION
                            + "); run that Belay, or restore the backup from before it",
                    null);
        }
        renew(session, version, now);
    }

    /// Brings a journal of an older form to this one.
    private static void renew(Session session, long from, long now) throws SQLException {
        for (long version = from + 1; version <= VERSION; version++) {
            run(session, "schema-" + version + ".sql");
            if (version == WITH_TREE) {
                session.tree().fill();
            }
            session.update(
                    "INSERT INTO schema_version (version, created_at) VALUES (?, ?)", version, now);
        }
    }

    private static void run(Session session, String resource) throws SQLException {
        String script = COMMENT_LINE.matcher(text(resource)).replaceAll("");
        for (String sql : END_OF_STATEMENT.splitAsStream(script).toList()) {
            session.run(sql);
        }
    }

    private static String text(String resource) {
        try (InputStream in = Schema.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
