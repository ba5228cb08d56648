package dev.belay.driver.postgres;

import dev.belay.schema.Replay;
import dev.belay.schema.Replay.Answer;
import dev.belay.schema.Replay.Coverage;
import dev.belay.schema.script.Script;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Puts the old release's statements to a server as its role would: each is parsed, typed and
/// planned, none is carried out, and nothing is written. Planning asks for privileges and for the
/// keys of `ON CONFLICT`, which parsing does not.
public final class StatementReplay {
    private static final int RESULT_TYPES_SINCE = 16;

    private StatementReplay() {}

    /// What was asked before and after, side by side.
    public static Replay compare(
            Coverage coverage, List<String> statements, List<Answer> before, List<Answer> after) {
        var compared = new ArrayList<Replay.Statement>();
        for (int i = 0; i < statements.size(); i++) {
            compared.add(new Replay.Statement(statements.get(i), before.get(i), after.get(i)));
        }
        return new Replay(coverage, compared);
    }

    /// What the server answers to each.
    ///
    /// @param at the way of a superuser, who becomes the role in a session of its own; or of a
    ///   member of it, who can take its rights alone
    /// @param statements as the application sends them, `$1` where it puts values
    public static List<Answer> ask(PostgresAddress at, String role, List<String> statements)
            throws PostgresFailure {
        try (Connection session = at.connect("belay/replay");
                Statement statement = session.createStatement()) {
            become(session, role);
            statement.execute("SET plan_cache_mode = force_generic_plan");
            statement.execute("SET default_transaction_read_only = on");
            var answers = new ArrayList<Answer>();
            for (String one : statements) {
                answers.add(answer(statement, one));
            }
            return answers;
        } catch (SQLException e) {
            throw new PostgresFailure("replaying statements as `" + role + "`", e);
        }
    }

    /// The settings that a session of the role begins with, and then its rights.
    static void become(Connection session, String role) throws SQLException {
        settings(session, role);
        try (Statement statement = session.createStatement();
                ResultSet superuser =
                        statement.executeQuery("SELECT current_setting('is_superuser')")) {
            superuser.next();
            String how = superuser.getString(1).equals("on") ? "SESSION AUTHORIZATION " : "ROLE ";
            statement.execute("SET " + how + Sql.identifier(role));
        }
    }

    /// Those that only a superuser may make are left out for others.

    static void settings(Connection session, String role) throws SQLException {
        try (var settings =
                session.prepareStatement(
                        """
                        SELECT set_config(split_part(one, '=', 1),
                            substr(one, strpos(one, '=') + 1), false)
                        FROM pg_catalog.pg_db_role_setting s
                        JOIN pg_catalog.pg_roles r ON r.oid = s.setrole AND r.rolname = ?
                        CROSS JOIN LATERAL unnest(setconfig) one
                        WHERE (current_setting('is_superuser') = 'on' OR NOT EXISTS (
                            SELECT FROM pg_catalog.pg_settings p
                            WHERE p.name = split_part(one, '=', 1) AND p.context <> 'user'))
                        AND (setdatabase = 0 OR setdatabase = (SELECT oid
                            FROM pg_catalog.pg_database WHERE datname = current_database()))
                        ORDER BY setdatabase
                        """)) {
            settings.setString(1, role);
            settings.execute();
        }
    }

    private static Answer answer(Statement session, String text) throws SQLException {
        if (Script.of(text).statements().size() != 1) {
            return new Replay.Refused("", "it is not one statement");
        }
        try {
            session.execute("PREPARE belay_replay AS " + text);
        } catch (SQLException e) {
            return refused(e);
        }
        try {
            Replay.Taken types = types(session);
            String values =
                    types.parameters().isEmpty()
                            ? ""
                            : "("
                                    + String.join(
                                            ", ",
                                            types.parameters().stream().map(_ -> "NULL").toList())
                                    + ")";
            session.execute("EXPLAIN EXECUTE belay_replay" + values);
            return types;
        } catch (SQLException e) {
            return refused(e);
        } finally {
            session.execute("DEALLOCATE belay_replay");
        }
    }

    static Replay.Taken types(Statement session) throws SQLException {
        int major = session.getConnection().getMetaData().getDatabaseMajorVersion();
        String results = major >= RESULT_TYPES_SINCE ? "result_types::text[]" : "NULL::text[]";
        try (ResultSet row =
                session.executeQuery(
                        "SELECT parameter_types::text[], "
                                + results
                                + " FROM pg_catalog.pg_prepared_statements"
                                + " WHERE name = 'belay_replay'")) {
            row.next();
            return new Replay.Taken(texts(row.getArray(1)), texts(row.getArray(2)));
        }
    }

    private static List<String> texts(Array array) throws SQLException {
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    private static Answer refused(SQLException e) {
        return new Replay.Refused(
                e.getSQLState() == null ? "" : e.getSQLState(), ServerWords.brief(e));
    }
}
