package dev.belay.journal;

import dev.belay.journal.AuditReport.Kind;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Compares entries with the lines of releases' journals that they tell, in the order in which both
/// were written. What is not the same byte for byte is looked at field by field, so that no way of
/// writing JSON is taken for a change.
final class ToldLines implements AutoCloseable {
    private static final String LINES =
            """
            SELECT '{"actor":' || json_quote(actor) || ',"at":' || at || ',"entry":' || seq
              || ',"fact":' || body || ',"fence":' || fence || ',"release":'
              || json_quote(release_id) || ',"seq":' FROM journal ORDER BY rowid\
            """;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Findings findings;
    private final Connection seen;
    private final Ahead rows;
    private final PreparedStatement line;
    private final PreparedStatement entry;
    private long told;

    /// @param seen through which the entries are read
    /// @param ahead another one, closed when this is
    ToldLines(Connection seen, Connection ahead, Findings findings) throws SQLException {
        this.findings = findings;
        this.seen = seen;
        rows = new Ahead(ahead, LINES);
        line =
                seen.prepareStatement(
                        "SELECT actor, at, fence, body FROM journal WHERE release_id = ? AND seq = ?");
        entry = seen.prepareStatement("SELECT actor, at FROM audit WHERE seq = ?");
    }

    /// @param head what the entry has to begin with, by its columns
    void compare(long seq, byte[] body, byte[] head) throws SQLException {
        boolean columns = LeafBytes.startsWith(body, head);
        if (columns && !LeafBytes.isLine(body, head)) {
            return;
        }
        if (columns) {
            byte[] expected = rows.next();
            if (expected != null && LeafBytes.startsWith(body, expected)) {
                told++;
                return;
            }
        }
        compare(seq, new String(body, StandardCharsets.UTF_8));
    }

    private void compare(long seq, String body) throws SQLException {
        JsonNode said;
        try {
            said = JSON.readTree(body);
        } catch (JacksonException _) {
            findings.add(Kind.CHANGED, seq, "entry %d is not JSON any more".formatted(seq));
            return;
        }
        if (!sameColumns(seq, said)) {
            findings.add(
                    Kind.CHANGED,
                    seq,
                    "who did it, or when, stands otherwise beside entry %d than in it"
                            .formatted(seq));
        }
        if (said.path("release").isString()) {
            told++;
            String release = said.path("release").asString();
            long number = said.path("entry").asLong(-1);
            @Nullable String why = difference(release, number, said);
            if (why != null) {
                findings.add(
                        Kind.CHANGED,
                        seq,
                        "line %d of release `%s` %s entry %d, which tells it"
                                .formatted(number, release, why, seq));
            }
        }
    }

    private boolean sameColumns(long seq, JsonNode said) throws SQLException {
        entry.setLong(1, seq);
        try (ResultSet row = entry.executeQuery()) {
            return row.next()
                    && Objects.equals(row.getString(1), said.path("actor").asString(""))
                    && row.getLong(2) == said.path("at").asLong(-1);
        }
    }

    private @Nullable String difference(String release, long number, JsonNode said)
            throws SQLException {
        line.setString(1, release);
        line.setLong(2, number);
        try (ResultSet row = line.executeQuery()) {
            if (!row.next()) {
                return "is gone, or never was; it stands in";
            }
            boolean same =
                    Objects.equals(row.getString(1), said.path("actor").asString(""))
                            && row.getLong(2) == said.path("at").asLong(-1)
                            && row.getLong(3) == said.path("fence").asLong(-1)
                            && JSON.readTree(row.getString(4)).equals(said.path("fact"));
            return same ? null : "is not what it was when it was written: see";
        } catch (JacksonException _) {
            return "is not JSON any more, unlike";
        }
    }

    /// Lines that no entry tells were put in, or their entries are gone.
    void end() throws SQLException {
        try (Statement count = seen.createStatement();
                ResultSet all = count.executeQuery("SELECT count(*) FROM journal")) {
            long lines = all.getLong(1);
            if (lines != told && findings.untouched()) {
                findings.add(
                        Kind.CUT_OFF,
                        0,
                        "releases have %d lines, and entries tell %d of them"
                                .formatted(lines, told));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        entry.close();
        line.close();
        rows.close();
    }
}
