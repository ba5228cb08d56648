package dev.belay.driver.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes the database that a backup is restored into: what is of the server, and in no dump.
final class NewDatabase {
    /// Their value is a list of names, kept as it was.
    private static final Set<String> LISTS =
            Set.of(
                    "search_path",
                    "temp_tablespaces",
                    "session_preload_libraries",
                    "local_preload_libraries");

    private static final String NOT_ALLOWED = "42501";

    private final PostgresAddress server;
    private final PostgresFacts facts;
    private final Custody custody;
    private final boolean superuser;

    /// What is done about a database besides making it.
    interface Custody {
        /// None: it is its maker's matter, or goes with its server.
        Custody NONE =
                new Custody() {
                    @Override
                    public void before(String database) {}

                    @Override
                    public List<String> after(String database) {
                        return List.of();
                    }
                };

        /// Before it is made.
        void before(String database) throws PostgresFailure;

        /// Statements that follow its making at once, in one transaction.
        List<String> after(String database);
    }

    /// @param server a way to a database of the server that is there already
    NewDatabase(PostgresAddress server, PostgresFacts facts) {
        this(server, facts, Custody.NONE, true);
    }

    /// @param superuser whether nothing has to be left out because it may not be done
    NewDatabase(PostgresAddress server, PostgresFacts facts, Custody custody, boolean superuser) {
        this.server = server;
        this.facts = facts;
        this.custody = custody;
        this.superuser = superuser;
    }

    /// Whether it is made by a superuser.
    boolean isSuperusers() {
        return superuser;
    }

    /// What it is made after.
    PostgresFacts facts() {
        return facts;
    }

    /// Empty, with the encoding, the locale and the owner of the source.
    void create(String name) throws PostgresFailure {
        PostgresFacts.Properties it = facts.properties();
        String locale =
                switch (it.provider()) {
                    case "i" -> " LOCALE_PROVIDER icu ICU_LOCALE " + Sql.literal(it.locale());
                    case "b" ->
                            " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + Sql.literal(it.locale());
                    default -> "";
                };
        String owner;
        try (Connection connection = server.connect("belay/restore")) {
            owner = ownerFor(connection, it.owner());
        } catch (SQLException e) {
            throw new PostgresFailure("looking for the owner", e);
        }
        custody.before(name);
        run(
                server,
                "CREATE DATABASE %s TEMPLATE template0 OWNER %s ENCODING %s LC_COLLATE %s LC_CTYPE %s%s"
                        .formatted(
                                Sql.identifier(name),
                                Sql.identifier(owner),
                                Sql.literal(it.encoding()),
                                Sql.literal(it.collate()),
                                Sql.literal(it.ctype()),
                                locale));
        List<String> marks = custody.after(name);
        if (!marks.isEmpty()) {
            run(server, "BEGIN; " + String.join("; ", marks) + "; COMMIT");
        }
    }

    /// Who gets what is to be that role's: itself, where the session's own is a member of it.
    static String ownerFor(Connection connection, String wanted) throws PostgresFailure {
        return Ask.text(
                connection,
                """
                SELECT coalesce((SELECT rolname FROM pg_roles
                    WHERE rolname = %s AND pg_has_role(oid, CASE
                        WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER'
                        ELSE 'SET' END)), current_user)
                """
                        .formatted(Sql.literal(wanted)));
    }

    /// Stands in for the roles of the source in a cluster that is thrown away: nobody can log in.
    void createRoles() throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            Set<String> there = roles(connection);
            for (PostgresFacts.Role role : facts.roles()) {
                if (there.add(role.name())) {
                    run(
                            connection,
                            "CREATE ROLE "
                                    + Sql.identifier(role.name())
                                    + (role.superuser() ? " SUPERUSER" : ""));
                }
            }
            for (PostgresFacts.Role role : facts.roles()) {
                for (String group : role.memberOf()) {
                    if (there.contains(group)) {
                        run(
                                connection,
                                "GRANT %s TO %s"
                                        .formatted(
                                                Sql.identifier(group),
                                                Sql.identifier(role.name())));
                    }
                }
            }
        } catch (SQLException e) {
            throw new PostgresFailure("making roles", e);
        }
    }

    /// Those of the source that the server does not have.
    List<String> missingRoles() throws PostgresFailure {
        try (Connection connection = server.connect("belay/restore")) {
            Set<String> there = roles(connection);
            return facts.roles().stream()
                    .map(PostgresFacts.Role::name)
                    .filter(name -> !there.contains(name))
                    .toList();
        } catch (SQLException e) {
            throw new PostgresFailure("looking for roles", e);
        }
    }

    private static Set<String> roles(Connection connection) throws PostgresFailure {
        return new HashSet<>(Ask.texts(connection, "SELECT rolname FROM pg_roles"));
    }

    /// After the data is in it: some of these would be in its way.
    ///
    /// @return settings that only others may make; none for a superuser
    List<PostgresFacts.Setting> finish(String name) throws PostgresFailure {
        var left = new ArrayList<PostgresFacts.Setting>();
        String database = Sql.identifier(name);
        PostgresFacts.Properties it = facts.properties();
        try (Connection connection = server.at(name).connect("belay/restore")) {
            run(
                    connection,
                    "ALTER DATABASE " + database + " CONNECTION LIMIT " + it.connectionLimit());
            if (!it.comment().isEmpty()) {
                run(
                        connection,
                        "COMMENT ON DATABASE " + database + " IS " + Sql.literal(it.comment()));
            }
            if (!it.grants().isEmpty()) {
                run(connection, "REVOKE ALL ON DATABASE " + database + " FROM PUBLIC");
            }
            for (PostgresFacts.Grant grant : it.grants()) {
                run(
                        connection,
                        "GRANT %s ON DATABASE %s TO %s%s"
                                .formatted(
                                        grant.privilege(),
                                        database,
                                        grant.grantee().isEmpty()
                                                ? "PUBLIC"
                                                : Sql.identifier(grant.grantee()),
                                        grant.grantable() ? " WITH GRANT OPTION" : ""));
            }
            for (PostgresFacts.Setting setting : facts.settings()) {
                try {
                    set(connection, database, setting);
                } catch (PostgresFailure e) {
                    if (superuser || !e.state().equals(NOT_ALLOWED)) {
                        throw e;
                    }
                    left.add(setting);
                }
            }
            return left;
        } catch (SQLException e) {
            throw new PostgresFailure("setting up " + name, e);
        }
    }

    private static void set(Connection connection, String database, PostgresFacts.Setting setting)
            throws PostgresFailure {
        String whose =
                setting.role().isEmpty()
                        ? "DATABASE " + database
                        : "ROLE " + Sql.identifier(setting.role()) + " IN DATABASE " + database;
        String name =
                List.of(setting.name().split("\\.")).stream()
                        .map(Sql::identifier)
                        .collect(Collectors.joining("."));
        if (LISTS.contains(setting.name())) {
            // A list that is given as one text would become a list of one name.
            run(
                    connection,
                    "SELECT set_config(%s, %s, false)"
                            .formatted(Sql.literal(setting.name()), Sql.literal(setting.value())));
            run(connection, "ALTER " + whose + " SET " + name + " FROM CURRENT");
        } else {
            run(
                    connection,
                    "ALTER " + whose + " SET " + name + " TO " + Sql.literal(setting.value()));
        }
    }

    void drop(String name) throws PostgresFailure {
        run(server, "DROP DATABASE IF EXISTS " + Sql.identifier(name) + " WITH (FORCE)");
    }

    static void run(PostgresAddress address, String statement) throws PostgresFailure {
        try (Connection connection = address.connect("belay/restore")) {
            run(connection, statement);
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        }
    }

    static void run(Connection connection, String statement) throws PostgresFailure {
        try (Statement it = connection.createStatement()) {
            it.execute(statement);
        } catch (SQLException e) {
            throw new PostgresFailure("`" + statement + "`", e);
        }
    }
}
