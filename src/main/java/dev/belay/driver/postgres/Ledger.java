package dev.belay.driver.postgres;

import dev.belay.release.Digest;
import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/// What was applied, in the database itself: it is restored and copied with the data that it
/// describes. Kept in the schema `belay_ledger`; one with the name of a role would come first in
/// its search path, and get its tables.
///
/// | Table | Holds |
/// |---|---|
/// | `runner` | for each set of migrations who may change it: the last token |
/// | `migration` | what is applied, or partly; with its way back, so that it can be taken back when its file is gone |
/// | `portion` | of a migration that is under way, what is done and what was begun |
/// | `history` | every change, never removed |
///
/// Every call is within the caller's transaction, or its own where the caller has none.
final class Ledger {
    static final String SCHEMA = "belay_ledger";

    /// The table that only grows, as it stands in manifests of backups.
    static final String HISTORY = "\"belay_ledger\".\"history\"";

    /// Stands where a release would: no release that falls takes back what it did not bring.
    private static final String ADOPTED = "adopted";

    /// How digests of statements are made; another way would get another number.
    private static final int ALGORITHM = 1;

    private static final String TABLES =
            """
            CREATE SCHEMA IF NOT EXISTS belay_ledger;
            CREATE TABLE IF NOT EXISTS belay_ledger.runner (
              set_name text PRIMARY KEY,
              token bigint NOT NULL,
              since timestamptz NOT NULL DEFAULT now());
            CREATE TABLE IF NOT EXISTS belay_ledger.migration (
              set_name text NOT NULL,
              version text NOT NULL,
              name text NOT NULL,
              release text NOT NULL,
              whole boolean NOT NULL,
              direction text NOT NULL CHECK (direction IN ('up', 'down')),
              file_digest text NOT NULL,
              statements_digest text NOT NULL,
              algorithm int NOT NULL,
              down_text text,
              irreversible text,
              changed_at timestamptz NOT NULL DEFAULT now(),
              PRIMARY KEY (set_name, version));
            CREATE TABLE IF NOT EXISTS belay_ledger.portion (
              set_name text NOT NULL,
              version text NOT NULL,
              direction text NOT NULL,
              number int NOT NULL,
              line int NOT NULL,
              digest text NOT NULL,
              done boolean NOT NULL,
              begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              PRIMARY KEY (set_name, version, direction, number));
            ALTER TABLE belay_ledger.portion
              ADD COLUMN IF NOT EXISTS statement text NOT NULL DEFAULT '',
              ADD COLUMN IF NOT EXISTS last boolean NOT NULL DEFAULT false,
              ADD COLUMN IF NOT EXISTS search_path text NOT NULL DEFAULT '';
            CREATE TABLE IF NOT EXISTS belay_ledger.history (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              set_name text NOT NULL,
              version text NOT NULL,
              name text NOT NULL,
              direction text NOT NULL,
              statements_digest text NOT NULL,
              token bigint NOT NULL,
              at timestamptz NOT NULL DEFAULT clock_timestamp());
            ALTER TABLE belay_ledger.history
              ADD COLUMN IF NOT EXISTS actor text NOT NULL DEFAULT '';
            """;

    private final Connection connection;
    private final String set;

    Ledger(Connection connection, String set) {
        this.connection = connection;
        this.set = set;
    }

    String set() {
        return set;
    }

    /// The name of the set without its platform, where the ledger knows that one and not the whole:
    /// whose those are, only a person knows.
    Optional<String> earlierName() throws SQLException {
        String bare = set.substring(set.lastIndexOf('/') + 1);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT 1 FROM belay_ledger.migration WHERE set_name = ? AND NOT EXISTS (
                          SELECT 1 FROM belay_ledger.history WHERE set_name = ?) LIMIT 1\
                        """)) {
            statement.setString(1, bare);
            statement.setString(2, set);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && !bare.equals(set) ? Optional.of(bare) : Optional.empty();
            }
        }
    }

    /// How a person says whose the lines are that stand under a name without a platform.
    Adoption.Refused askWhose(String earlier) {
        return new Adoption.Refused(
                "the ledger has migrations of `"
                        + earlier
                        + "`, from before a platform's name stood there",
                "if they are of this platform, put its name before: `UPDATE"
                        + " belay_ledger.migration SET set_name = '"
                        + set
                        + "' WHERE set_name = '"
                        + earlier
                        + "'`, and so in `portion`, `history` and `runner`; else rename them"
                        + " to their platform's");
    }

    /// A portion that was begun.
    ///
    /// @param statement the one that runs outside of a transaction, as text: it is looked for when
    ///   nobody has its file; else empty
    /// @param last whether its migration is whole when it is done
    /// @param begun when; empty in one that is to be written
    /// @param path where it finds its names; empty in one that is to be written
    record Step(
            int number,
            int line,
            String digest,
            boolean done,
            String statement,
            boolean last,
            String begun,
            String path) {
        Step asDone() {
            return new Step(number, line, digest, true, statement, last, begun, path);
        }
    }

    /// Makes its tables, once.
    void prepare() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet there =
                    statement.executeQuery(
                            """
                            SELECT 1 FROM pg_attribute
                            WHERE attrelid = to_regclass('belay_ledger.history')
                              AND attname = 'actor'\
                            """)) {
                if (there.next()) {
                    return;
                }
            }
            // Two who make them at once would disturb each other, IF NOT EXISTS or not.
            statement.execute(
                    "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('belay/ledger', 0));\n"
                            + TABLES
                            + "COMMIT;");
        }
    }

    /// Whether there is one.
    boolean exists() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet there =
                        statement.executeQuery(
                                "SELECT to_regclass('belay_ledger.history') IS NOT NULL")) {
            there.next();
            return there.getBoolean(1);
        }
    }

    /// Raises the set's token.
    ///
    /// @return false when this one or a greater was there
    boolean raise(long token) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO belay_ledger.runner AS r (set_name, token) VALUES (?, ?)
                        ON CONFLICT (set_name) DO UPDATE SET token = excluded.token, since = now()
                        WHERE r.token < excluded.token\
                        """)) {
            statement.setString(1, set);
            statement.setLong(2, token);
            return statement.executeUpdate() == 1;
        }
    }

    /// The last token.
    OptionalLong last() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT token FROM belay_ledger.runner WHERE set_name = ?")) {
            statement.setString(1, set);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /// Keeps everybody from raising the token until the end of the transaction.
    ///
    /// @return whether the token is still this one
    boolean guard(long token) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT 1 FROM belay_ledger.runner WHERE set_name = ? AND token = ? FOR SHARE")) {
            statement.setString(1, set);
            statement.setLong(2, token);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    /// What is applied, or partly, by version.
    Map<MigrationVersion, Applied> rows() throws SQLException {
        var rows = new TreeMap<MigrationVersion, Applied>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT version, name, whole, direction, release, statements_digest,
                          coalesce(down_text, ''), coalesce(irreversible, '')
                        FROM belay_ledger.migration WHERE set_name = ?\
                        """)) {
            statement.setString(1, set);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    var version = new MigrationVersion(row.getString(1));
                    rows.put(
                            version,
                            new Applied(
                                    version,
                                    row.getString(2),
                                    row.getBoolean(3),
                                    row.getString(4).equals("up"),
                                    row.getString(5),
                                    row.getString(6),
                                    row.getString(7),
                                    row.getString(8)));
                }
            }
        }
        return Collections.unmodifiableMap(rows);
    }

    /// Whether a release applied something of it, wholly or half-way.
    boolean holdsOf(String release) throws SQLException {
        return rows().values().stream().anyMatch(one -> one.release().equals(release));
    }

    /// Writes that a migration is under way upwards, or applied. Whose it is stays as it was
    /// written first.
    void applied(Migration migration, boolean whole, String release) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO belay_ledger.migration (set_name, version, name, release, whole,
                          direction, file_digest, statements_digest, algorithm, down_text,
                          irreversible)
                        VALUES (?, ?, ?, ?, ?, 'up', ?, ?, ?, ?, ?)
                        ON CONFLICT (set_name, version) DO UPDATE SET whole = excluded.whole,
                          direction = 'up', file_digest = excluded.file_digest,
                          statements_digest = excluded.statements_digest,
                          down_text = excluded.down_text, irreversible = excluded.irreversible,
                          changed_at = now()\
                        """)) {
            statement.setString(1, set);
            statement.setString(2, migration.version().text());
            statement.setString(3, migration.name());
            statement.setString(4, release);
            statement.setBoolean(5, whole);
            statement.setString(6, migration.up().digest().text());
            statement.setString(7, migration.up().script().fingerprint().text());
            statement.setInt(8, ALGORITHM);
            Migration.Back back = migration.back();
            statement.setString(
                    9, back instanceof Migration.Back.Down(var part) ? part.text() : null);
            statement.setString(
                    10, back instanceof Migration.Back.Irreversible(var why) ? why : null);
            statement.executeUpdate();
        }
    }

    /// Writes that a migration is being taken back, and by which text.
    void undoing(MigrationVersion version, String text) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        UPDATE belay_ledger.migration SET whole = false, direction = 'down',
                          down_text = ?, changed_at = now()
                        WHERE set_name = ? AND version = ?\
                        """)) {
            statement.setString(1, text);
            statement.setString(2, set);
            statement.setString(3, version.text());
            statement.executeUpdate();
        }
    }

    /// Writes that a migration is as it was before it was to be taken back.
    void kept(MigrationVersion version) throws SQLException {
        run(
                "UPDATE belay_ledger.migration SET whole = true, direction = 'up'"
                        + " WHERE set_name = ? AND version = ?",
                version);
    }

    /// Writes that a migration that was under way upwards is applied.
    void completed(MigrationVersion version, long token) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        WITH done AS (
                          UPDATE belay_ledger.migration SET whole = true, changed_at = now()
                          WHERE set_name = ? AND version = ? RETURNING *)
                        INSERT INTO belay_ledger.history
                          (set_name, version, name, direction, statements_digest, token)
                        SELECT set_name, version, name, 'up', statements_digest, ? FROM done\
                        """)) {
            statement.setString(1, set);
            statement.setString(2, version.text());
            statement.setLong(3, token);
            statement.executeUpdate();
        }
        settle(version);
    }

    /// Lets the session find names as it did when the portion was begun.
    void lookFrom(Step step) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT set_config('search_path', ?, false)")) {
            statement.setString(1, step.path());
            statement.execute();
        }
    }

    /// Takes a migration out.
    void undone(MigrationVersion version) throws SQLException {
        run("DELETE FROM belay_ledger.migration WHERE set_name = ? AND version = ?", version);
    }

    private void run(String sql, MigrationVersion version) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, set);
            statement.setString(2, version.text());
            statement.executeUpdate();
        }
    }

    /// Keeps what happened for good.
    void remember(MigrationVersion version, String name, boolean up, Digest digest, long token)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO belay_ledger.history
                          (set_name, version, name, direction, statements_digest, token)
                        VALUES (?, ?, ?, ?, ?, ?)\
                        """)) {
            statement.setString(1, set);
            statement.setString(2, version.text());
            statement.setString(3, name);
            statement.setString(4, up ? "up" : "down");
            statement.setString(5, digest.text());
            statement.setLong(6, token);
            statement.executeUpdate();
        }
    }

    /// Writes that a migration is applied that somebody else carried out, and who says so.
    void adopted(Migration migration, long token, String by) throws SQLException {
        applied(migration, true, ADOPTED);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO belay_ledger.history
                          (set_name, version, name, direction, statements_digest, token, actor)
                        VALUES (?, ?, ?, 'adopted', ?, ?, ?)\
                        """)) {
            statement.setString(1, set);
            statement.setString(2, migration.version().text());
            statement.setString(3, migration.name());
            statement.setString(4, migration.up().script().fingerprint().text());
            statement.setLong(5, token);
            statement.setString(6, by);
            statement.executeUpdate();
        }
    }

    /// Every migration that ever was applied, whatever became of it.
    List<String> past() throws SQLException {
        var past = new ArrayList<String>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT version || ' ' || name FROM belay_ledger.history
                        WHERE set_name = ? GROUP BY version, name ORDER BY min(id)\
                        """)) {
            statement.setString(1, set);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    past.add(row.getString(1));
                }
            }
        }
        return past;
    }

    /// The portions of a migration that were begun, in their order.
    List<Step> steps(MigrationVersion version, boolean up) throws SQLException {
        var steps = new ArrayList<Step>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT number, line, digest, done, statement, last,
                          to_char(begun_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                          search_path
                        FROM belay_ledger.portion
                        WHERE set_name = ? AND version = ? AND direction = ? ORDER BY number\
                        """)) {
            statement.setString(1, set);
            statement.setString(2, version.text());
            statement.setString(3, up ? "up" : "down");
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    steps.add(
                            new Step(
                                    row.getInt(1),
                                    row.getInt(2),
                                    row.getString(3),
                                    row.getBoolean(4),
                                    row.getString(5),
                                    row.getBoolean(6),
                                    row.getString(7),
                                    row.getString(8)));
                }
            }
        }
        return steps;
    }

    /// Writes that a portion is begun, or done.
    void step(MigrationVersion version, boolean up, Step step) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO belay_ledger.portion
                          (set_name, version, direction, number, line, digest, done, statement,
                           last, search_path)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, current_setting('search_path'))
                        ON CONFLICT (set_name, version, direction, number)
                        DO UPDATE SET done = excluded.done, digest = excluded.digest,
                          line = excluded.line, last = excluded.last\
                        """)) {
            statement.setString(1, set);
            statement.setString(2, version.text());
            statement.setString(3, up ? "up" : "down");
            statement.setInt(4, step.number());
            statement.setInt(5, step.line());
            statement.setString(6, step.digest());
            statement.setBoolean(7, step.done());
            statement.setString(8, step.statement());
            statement.setBoolean(9, step.last());
            statement.executeUpdate();
        }
    }

    /// Forgets a portion that did not happen.
    void forget(MigrationVersion version, boolean up, int number) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "DELETE FROM belay_ledger.portion WHERE set_name = ? AND version = ?"
                                + " AND direction = ? AND number = ?")) {
            statement.setString(1, set);
            statement.setString(2, version.text());
            statement.setString(3, up ? "up" : "down");
            statement.setInt(4, number);
            statement.executeUpdate();
        }
    }

    /// Forgets the portions of a migration that is whole again.
    void settle(MigrationVersion version) throws SQLException {
        run("DELETE FROM belay_ledger.portion WHERE set_name = ? AND version = ?", version);
    }
}
