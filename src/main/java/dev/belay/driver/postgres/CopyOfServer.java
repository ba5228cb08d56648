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
              || CASE WHEN rolinherit THEN '' ELSE ' NOINHERIT' END
            FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_'
            """;

    private static final String MEMBERSHIPS =
            """
            SELECT format('GRANT %I TO %I', g.rolname, m.rolname)
            FROM pg_catalog.pg_auth_members a
            JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
            JOIN pg_catalog.pg_roles m ON m.oid = a.member
            WHERE m.rolname !~ '^pg_'
            """;

    /// Of roles everywhere; those of roles in this database came with the backup.
    private static final String SETTINGS =
            """
            SELECT format('ALTER ROLE %I SET %I = %L', r.rolname, split_part(one, '=', 1),
              substr(one, strpos(one, '=') + 1))
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

    private final PostgresAddress source;
    private final PostgresAddress copy;

    /// @param source the real one, which is asked and not changed
    /// @param copy as its superuser
    CopyOfServer(PostgresAddress source, PostgresAddress copy) {
        this.source = source;
        this.copy = copy;
    }

    void prepare() throws PostgresFailure {
        try (Connection from = source.connect("belay/rehearsal");
                Connection to = copy.connect("belay/rehearsal")) {
            var there = new HashSet<>(Ask.texts(to, "SELECT rolname FROM pg_roles"));
            for (List<String> role : rows(from, ROLES, 3)) {
                // The superuser of the copy stays what it is.
                if (!role.get(1).equals(copy.user())) {
                    String verb = there.contains(role.get(1)) ? "ALTER ROLE " : "CREATE ROLE ";
                    String attributes = role.get(2).isEmpty() ? " INHERIT" : role.get(2);
                    run(to, verb + role.get(0) + attributes);
                }
            }
            for (String statements : List.of(MEMBERSHIPS, SETTINGS)) {
                for (List<String> row : rows(from, statements, 1)) {
                    run(to, row.getFirst());
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
