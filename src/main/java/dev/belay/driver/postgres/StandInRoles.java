package dev.belay.driver.postgres;

import dev.belay.driver.backup.GivenServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Roles that a copy needs on a server of somebody else and that are not there: made so that nobody
/// can log in, marked, and dropped when no copy is there any more. Roles that are there already are
/// used and never changed.
final class StandInRoles {
    private static final Logger LOG = LoggerFactory.getLogger(StandInRoles.class);

    /// Held by everybody who has copies there, in whichever of its databases.
    private static final String COPIES_ARE_THERE = "1650814050";

    private final PostgresAddress server;
    private final String mark;
    private final boolean superuser;
    private final boolean mayCreate;
    private final Set<String> made = new HashSet<>();

    /// @param superuser whether the user of the address is one
    /// @param mayCreate whether it may make roles
    StandInRoles(PostgresAddress server, GivenServer given, boolean superuser, boolean mayCreate) {
        this.server = server;
        this.mark = LeftCopies.mark(given) + "stands in for a role, nobody logs in";
        this.superuser = superuser;
        this.mayCreate = mayCreate;
    }

    /// For as long as that session lives, no stand-in is dropped by anybody.
    static void hold(Connection session) throws PostgresFailure {
        Ask.texts(session, "SELECT pg_advisory_lock_shared(" + COPIES_ARE_THERE + ", 0)::text");
    }

    /// Whether it was made for a copy of ours, and may be changed.
    boolean isOurs(String role) {
        return made.contains(role);
    }

    /// Makes those that are missing, in so far as it may.
    ///
    /// @return the statements that an administrator would run; empty when all are there, and our
    ///   user may act for them
    List<String> make(List<PostgresFacts.Role> wanted) throws PostgresFailure {
        var statements = new ArrayList<String>();
        try (Connection connection = server.connect("belay/scratch")) {
            made.addAll(marked(connection));
            for (PostgresFacts.Role role : wanted) {
                String name = Sql.identifier(role.name());
                if (!isThere(connection, role.name())) {
                    if (mayCreate) {
                        create(connection, role);
                    } else {
                        statements.add("CREATE ROLE " + name + " NOLOGIN");
                        statements.add(grant(name));
                    }
                } else if (!mayActFor(connection, role.name())) {
                    statements.add(grant(name));
                }
            }
            for (PostgresFacts.Role role : wanted) {
                for (String group : role.memberOf()) {
                    if (made.contains(role.name()) && isThere(connection, group)) {
                        member(connection, group, role.name());
                    }
                }
            }
        } catch (SQLException e) {
            throw new PostgresFailure("making roles on the scratch server", e);
        }
        return statements;
    }

    private String grant(String name) {
        return "GRANT " + name + " TO " + Sql.identifier(server.user());
    }

    private static boolean isThere(Connection connection, String role) throws PostgresFailure {
        return !Ask.texts(
                        connection,
                        "SELECT rolname FROM pg_roles WHERE rolname = " + Sql.literal(role))
                .isEmpty();
    }

    private static boolean mayActFor(Connection connection, String role) throws PostgresFailure {
        return Ask.text(
                        connection,
                        "SELECT (pg_has_role(current_user, oid, 'USAGE') AND"
                                + " pg_has_role(current_user, oid, CASE WHEN"
                                + " current_setting('server_version_num')::int >= 160000 THEN 'SET'"
                                + " ELSE 'MEMBER' END))::text FROM pg_roles WHERE rolname = "
                                + Sql.literal(role))
                .equals("true");
    }

    /// With its mark, or not at all.
    private void create(Connection connection, PostgresFacts.Role role) throws PostgresFailure {
        String name = Sql.identifier(role.name());
        String rest =
                superuser
                        ? role.superuser() ? " SUPERUSER" : ""
                        : " ROLE " + Sql.identifier(server.user());
        try (Statement it = connection.createStatement()) {
            it.execute(
                    "BEGIN; CREATE ROLE %s NOLOGIN%s; COMMENT ON ROLE %s IS %s; COMMIT"
                            .formatted(name, rest, name, Sql.literal(mark)));
            made.add(role.name());
        } catch (SQLException e) {
            rollback(connection);
            if (!isThere(connection, role.name())) {
                throw new PostgresFailure("making a stand-in for the role " + role.name(), e);
            }
        }
    }

    private static void rollback(Connection connection) throws PostgresFailure {
        NewDatabase.run(connection, "ROLLBACK");
    }

    private static void member(Connection connection, String group, String role) {
        try {
            NewDatabase.run(
                    connection,
                    "GRANT %s TO %s".formatted(Sql.identifier(group), Sql.identifier(role)));
        } catch (PostgresFailure e) {
            LOG.info("{} is no member of {} in scratch: {}", role, group, e.getMessage());
        }
    }

    private Set<String> marked(Connection connection) throws PostgresFailure {
        return new HashSet<>(
                Ask.texts(
                        connection,
                        "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = "
                                + Sql.literal(mark)));
    }

    /// Ends what [#hold] began.
    static void release(Connection session) throws PostgresFailure {
        Ask.texts(session, "SELECT pg_advisory_unlock_shared(" + COPIES_ARE_THERE + ", 0)::text");
    }

    /// Drops all of ours, unless somebody has copies there: whoever is the last does it.
    void drop(Connection session) throws PostgresFailure {
        boolean others =
                Ask.number(
                                session,
                                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND"
                                        + " classid = "
                                        + COPIES_ARE_THERE
                                        + " AND pid <> pg_backend_pid()")
                        > 0;
        if (others) {
            return;
        }
        for (String role : marked(session)) {
            try {
                NewDatabase.run(session, "DROP ROLE " + Sql.identifier(role));
            } catch (PostgresFailure e) {
                LOG.warn("the stand-in role {} cannot be dropped: {}", role, e.getMessage());
            }
        }
    }
}
