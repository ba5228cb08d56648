package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Gives a copy of a database what is not of the database but of its server, so that a migration
/// finds there what it will find in earnest: roles with their attributes, memberships and settings.
/// And takes from it what leads out of the copy into the real world: mappings of foreign servers,
/// and subscriptions, of which a `DROP` would take the real publisher's slot along.
final class CopyOfServer {
    private static final String ROLES =
            """
            SELECT format('%I', rolname), rolname,
              CASE WHEN rolsuper THEN ' SUPERUSER' ELSE '' END
              || CASE WHEN rolcreaterole THEN ' CREATEROLE' ELSE '' END
              || CASE WHEN rolcreatedb THEN ' CREATEDB' ELSE '' END
              || CASE WHEN rolbypassrls THEN ' BYPASSRLS' ELSE '' END
              || CASE WHEN rolinherit THEN '' ELSE ' NOINHERIT' END, rolsuper::text
            FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'
            """;

    private static final String MEMBERSHIPS =
            """
            SELECT format('GRANT %I TO %I', g.rolname, m.rolname), m.rolname, g.rolname
            FROM pg_catalog.pg_auth_members a
            JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
            JOIN pg_catalog.pg_roles m ON m.oid = a.member
            WHERE m.rolname !~ '^pg_'
            """;

    /// Of roles everywhere; those of roles in this database came with the backup.
    private static final String SETTINGS =
            """
            SELECT format('ALTER ROLE %I SET %I = %L', r.rolname, split_part(one, '=', 1),
              substr(one, strpos(one, '=') + 1)), r.rolname
            FROM pg_catalog.pg_db_role_setting s
            JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) one
            WHERE s.setdatabase = 0
            """;

    private static final String MAPPINGS =
            """
            SELECT format('DROP USER MAPPING FOR %s SERVER %I',
              CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname)
            FROM pg_catalog.pg_user_mappings
            """;

    private static final String SUBSCRIPTIONS =
            """
            SELECT format('ALTER SUBSCRIPTION %I DISABLE', subname),
              format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subname)
            FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
            WHERE d.datname = current_database()
            """;

    private static final String NOT_ALLOWED = "42501";

    private final PostgresAddress source;
    private final Scratch scratch;
    private final PostgresAddress copy;
    private final List<String> otherwise = new ArrayList<>();

    /// @param source the real one, which is asked and not changed
    /// @param scratch where the copy is
    /// @param copy as scratch's own user
    CopyOfServer(PostgresAddress source, Scratch scratch, PostgresAddress copy) {
        this.source = source;
        this.scratch = scratch;
        this.copy = copy;
    }

    /// Does it; on a server of others only what is there for the copy alone is changed.
    ///
    /// @return what is not as on the real server, as sentences
    List<String> prepare() throws PostgresFailure {
        try (Connection from = source.connect("belay/rehearsal");
                Connection to = copy.connect("belay/rehearsal")) {
            roles(from, to);
            for (List<String> row : rows(from, MEMBERSHIPS, 3)) {
                if (scratch.isOwn(row.get(1)) || scratch.isOwn(row.get(2))) {
                    attempt(to, row.getFirst());
                }
            }
            for (List<String> row : rows(from, SETTINGS, 2)) {
                if (scratch.isOwn(row.get(1)) || row.get(1).equals(copy.user())) {
                    attempt(to, row.getFirst());
                }
            }
            for (List<String> row : rows(to, MAPPINGS, 1)) {
                run(to, row.getFirst());
            }
            for (List<String> row : rows(to, SUBSCRIPTIONS, 2)) {
                run(to, row.get(0));
                run(to, row.get(1));
            }
        } catch (SQLException e) {
            throw new PostgresFailure("making the copy as the real one", e);
        }
        checkRunner();
        return List.copyOf(otherwise);
    }

    /// Whether the copy's user may take on the role that migrates the real database.
    private void checkRunner() throws PostgresFailure {
        String role = source.user();
        if (role.equals(copy.user())) {
            return;
        }
        try (Connection session = copy.connect("belay/rehearsal")) {
            NewDatabase.run(session, "SET ROLE " + Sql.identifier(role));
        } catch (SQLException e) {
            throw new PostgresFailure("ending a session", e);
        } catch (PostgresFailure e) {
            if (e.isOfTheServer() || e.beforeAnything()) {
                throw e;
            }
            throw new PostgresFailure(
                    "`%s` may not act for `%s` on the scratch server, which migrates the real one"
                            .formatted(copy.user(), role),
                    "`GRANT %s TO %s`, by an administrator there"
                            .formatted(Sql.identifier(role), Sql.identifier(copy.user())));
        }
    }

    private void roles(Connection from, Connection to) throws PostgresFailure, SQLException {
        List<List<String>> all = rows(from, ROLES, 4);
        scratch.standIns(
                all.stream()
                        .map(row ->
                                new PostgresFacts.Role(
                                        row.get(1),
                                        row.get(3).equals("true"),
                                        false,
                                        false,
                                        List.of(),
                                        List.of()))
                        .toList());
        var there = new HashSet<>(Ask.texts(to, "SELECT rolname FROM pg_roles"));
        for (List<String> role : all) {
            String name = role.get(1);
            if (!there.contains(name)) {
                otherwise.add("there is no role `" + name + "`");
            } else if (scratch.isOwn(name)) {
                String attributes = role.get(2).isEmpty() ? " INHERIT" : role.get(2);
                attempt(to, "ALTER ROLE " + role.get(0) + attributes);
            } else if (!name.equals(copy.user()) && !role.get(3).equals("true")) {
                // The superuser of the copy stays what it is.
                otherwise.add("the role `" + name + "` is that server's own, with its own rights");
            }
        }
    }

    /// Whoever is no superuser may not give what it has not.
    private void attempt(Connection to, String statement) throws SQLException {
        try {
            run(to, statement);
        } catch (SQLException e) {
            if (scratch.isSuperuser() || !NOT_ALLOWED.equals(e.getSQLState())) {
                throw e;
            }
            otherwise.add("not done: `" + statement + "`");
        }
    }

    private static List<List<String>> rows(Connection connection, String query, int columns)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            var all = new ArrayList<List<String>>();
            while (row.next()) {
                var one = new ArrayList<String>();
                for (int i = 1; i <= columns; i++) {
                    one.add(row.getString(i));
                }
                all.add(one);
            }
            return all;
        }
    }

    private static void run(Connection connection, String statement) throws SQLException {
        try (Statement it = connection.createStatement()) {
            it.execute(statement);
        }
    }
}
