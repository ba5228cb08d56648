package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.CopyLog;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.GivenServer;
import dev.belay.driver.backup.Workshop;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Databases of our own on a server that somebody named and that others use, too. They are marked,
/// nobody but who owns them may connect, and each is dropped at the end; nothing that was there
/// before is changed. The server's user needs to be no superuser.
final class ScratchDatabases implements Scratch {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchDatabases.class);
    private static final String PREFIX = "belay_scratch_";
    private static final int VALID_SECONDS = 5;

    private static final String MAY_CREATE =
            "SELECT (rolsuper OR rolcreatedb)::text FROM pg_roles WHERE rolname = current_user";
    private static final String STARTED =
            "SELECT extract(epoch FROM pg_postmaster_start_time())::text";
    private static final String EXTENSIONS =
            "SELECT name, default_version FROM pg_available_extensions";

    private final GivenServer given;
    private final PostgresAddress server;
    private final PostgresPrograms programs;
    private final CopyNotes notes;
    private final Connection session;
    private final boolean superuser;
    private final boolean isTheLiving;
    private final StandInRoles roles;
    private final String name;
    private boolean made;

    private ScratchDatabases(
            Workshop workshop,
            PostgresAddress server,
            PostgresPrograms programs,
            Connection session,
            boolean isTheLiving)
            throws PostgresFailure {
        this.given = workshop.server();
        this.server = server;
        this.programs = programs;
        this.notes = new CopyNotes(workshop.scratch());
        this.session = session;
        this.isTheLiving = isTheLiving;
        this.superuser = is(session, "rolsuper");
        this.roles =
                new StandInRoles(
                        server, given, superuser, superuser || is(session, "rolcreaterole"));
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        this.name = PREFIX + HexFormat.of().formatHex(random);
    }

    /// Looks at the server that the workshop names, and drops what was left there of ours.
    ///
    /// @param major of what is copied
    static ScratchDatabases open(Workshop workshop, int major) throws PostgresFailure {
        GivenServer given = workshop.server();
        PostgresAddress server = PostgresAddress.of(given.address());
        Connection session = session(server);
        boolean good = false;
        try {
            fit(session, server, major);
            var programs = PostgresPrograms.of(major, List.of("pg_dump", "pg_restore"));
            boolean same = isTheLiving(given, session, server);
            left(workshop, server).drop(session);
            StandInRoles.hold(session);
            var opened = new ScratchDatabases(workshop, server, programs, session, same);
            good = true;
            return opened;
        } finally {
            if (!good) {
                end(session);
            }
        }
    }

    /// Drops what a killed process left on the server that the workshop names.
    static void sweep(Workshop workshop) throws PostgresFailure {
        PostgresAddress server = PostgresAddress.of(workshop.server().address());
        Connection session = session(server);
        try {
            left(workshop, server).drop(session);
            new StandInRoles(server, workshop.server(), false, false).drop(session);
        } finally {
            end(session);
        }
    }

    private static LeftCopies left(Workshop workshop, PostgresAddress server) {
        return new LeftCopies(workshop.server(), new CopyNotes(workshop.scratch()), words(server));
    }

    private static Connection session(PostgresAddress server) throws PostgresFailure {
        Connection session;
        try {
            session = server.connect("belay/scratch");
        } catch (PostgresFailure e) {
            throw new PostgresFailure(
                    "the scratch server cannot be used: " + e.getMessage(),
                    "look at `scratch` of the datastore's `backup:`, and at what the server allows");
        }
        try (var statement = session.createStatement()) {
            // It is idle for as long as a restore takes.
            statement.execute("SET search_path = pg_catalog");
            if (session.getMetaData().getDatabaseMajorVersion() >= 14) {
                statement.execute("SET idle_session_timeout = 0");
            }
            return session;
        } catch (SQLException e) {
            end(session);
            throw new PostgresFailure("looking at the scratch server", e);
        }
    }

    private static void fit(Connection session, PostgresAddress server, int major)
            throws PostgresFailure {
        String version = Ask.text(session, "SHOW server_version");
        if (PostgresVerification.major(version) != major) {
            throw new PostgresFailure(
                    "the scratch server %s is PostgreSQL %s, and what is copied is of PostgreSQL %d"
                            .formatted(words(server), version, major),
                    "name a scratch server of that version");
        }
        if (Ask.text(session, "SELECT pg_is_in_recovery()::text").equals("true")) {
            throw new PostgresFailure(
                    "the scratch server " + words(server) + " is a standby, and takes no writes",
                    "name one that does");
        }
        if (!Ask.text(session, MAY_CREATE).equals("true")) {
            throw new PostgresFailure(
                    "`%s` may not make databases on the scratch server %s"
                            .formatted(server.user(), words(server)),
                    "`ALTER ROLE "
                            + Sql.identifier(server.user())
                            + " CREATEDB`, by an administrator");
        }
    }

    /// Copies on the living server share its disk and its load, and leave no boundary between them.
    private static boolean isTheLiving(
            GivenServer given, Connection session, PostgresAddress server) throws PostgresFailure {
        PostgresAddress living = PostgresAddress.of(given.living());
        boolean same;
        try (Connection there = living.connect("belay/scratch")) {
            same = Ask.text(there, STARTED).equals(Ask.text(session, STARTED));
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        } catch (PostgresFailure away) {
            LOG.info("whether it is the scratch server cannot be asked: {}", away.getMessage());
            same = living.hosts().equals(server.hosts());
        }
        if (same && living.database().equals(server.database())) {
            throw new PostgresFailure(
                    "`scratch` names the living database itself",
                    "name another database of the server, as `postgres`, or another server");
        }
        if (same && given.boundary().isDeclared()) {
            throw new PostgresFailure(
                    "`scratch` leads to the server of the living database, and `"
                            + given.environment()
                            + "` has a boundary",
                    "name a server of its own for scratch");
        }
        return same;
    }

    private static boolean is(Connection session, String attribute) throws PostgresFailure {
        return Ask.text(
                        session,
                        "SELECT " + attribute + "::text FROM pg_roles WHERE rolname = current_user")
                .equals("true");
    }

    private static String words(PostgresAddress server) {
        return server.hosts().stream().map(Object::toString).collect(Collectors.joining(","));
    }

    @Override
    public PostgresPrograms programs() {
        return programs;
    }

    /// `postgres` is whatever database the server was named with.
    @Override
    public PostgresAddress address(String database) {
        return switch (database) {
            case "postgres" -> server;
            case PostgresBackup.RESTORED -> server.at(name);
            default -> server.at(name + "_" + database);
        };
    }

    @Override
    public Optional<BackupOutcome.Refused> prepare(PostgresFacts facts) throws PostgresFailure {
        List<String> missing = missing(facts.extensions());
        if (!missing.isEmpty()) {
            return PostgresVerification.refused(
                    "the scratch server %s does not have these extensions of the database: %s"
                            .formatted(words(server), String.join(", ", missing)),
                    "install them there, in these versions");
        }
        var spaces = Ask.texts(session, "SELECT spcname FROM pg_tablespace");
        List<String> lacking =
                facts.tablespaces().stream()
                        .filter(one -> one.used() && !spaces.contains(one.name()))
                        .map(PostgresFacts.Tablespace::name)
                        .toList();
        if (!lacking.isEmpty()) {
            return PostgresVerification.refused(
                    "the scratch server %s does not have these tablespaces of the database: %s"
                            .formatted(words(server), String.join(", ", lacking)),
                    "make them there, by these names");
        }
        List<String> statements =
                roles.make(
                        facts.roles().stream()
                                // Every cluster has one that owns itself, and often nothing else.
                                .filter(role ->
                                        superuser
                                                || !role.superuser()
                                                || role.name().equals(facts.properties().owner()))
                                .toList());
        return statements.isEmpty()
                ? Optional.empty()
                : PostgresVerification.refused(
                        "`%s` may not act on the scratch server %s for roles that own something in"
                                        .formatted(server.user(), words(server))
                                + " the backup or have rights",
                        "an administrator runs there: `" + String.join("; ", statements) + "`");
    }

    /// A restore makes their default version, and it has to be the source's.
    private List<String> missing(SortedMap<String, String> wanted) throws PostgresFailure {
        var there = new TreeMap<String, String>();
        Ask.all(session, EXTENSIONS, row -> there.put(row.getString(1), row.getString(2)));
        return wanted.entrySet().stream()
                .filter(one ->
                        !one.getValue()
                                .startsWith(there.getOrDefault(one.getKey(), "none") + " in "))
                .map(one -> one.getKey() + " " + one.getValue().replaceFirst(" in .*", ""))
                .toList();
    }

    @Override
    public NewDatabase making(PostgresFacts facts) {
        PostgresFacts.Properties as = facts.properties();
        String comment =
                "%sa copy of %s in %s for a %s, made %s; dropped at the end"
                        .formatted(
                                LeftCopies.mark(given),
                                given.datastore(),
                                given.environment(),
                                given.why(),
                                Instant.now().truncatedTo(ChronoUnit.SECONDS));
        return new NewDatabase(
                server, facts.with(as.closed(comment)), new Custody(comment), superuser);
    }

    /// What is done about the one database that is made here.
    private final class Custody implements NewDatabase.Custody {
        private final String comment;

        Custody(String comment) {
            this.comment = comment;
        }

        @Override
        public void before(String database) throws PostgresFailure {
            LeftCopies.begin(database);
            try {
                given.log().making(given.copy(words(server), database));
            } catch (DataFailure e) {
                throw new PostgresFailure(e.reason(), e.hint());
            }
            notes.write(given.copy(words(server), database));
            made = true;
        }

        @Override
        public List<String> after(String database) {
            return List.of(
                    "COMMENT ON DATABASE "
                            + Sql.identifier(database)
                            + " IS "
                            + Sql.literal(comment),
                    "REVOKE CONNECT ON DATABASE " + Sql.identifier(database) + " FROM PUBLIC");
        }
    }

    @Override
    public String words(PostgresFacts facts) {
        return "scratch server %s, PostgreSQL %s%s"
                .formatted(
                        words(server),
                        facts.serverVersion(),
                        isTheLiving ? ", which is the living one" : "");
    }

    @Override
    public List<String> remarks() {
        return isTheLiving
                ? List.of(
                        "it was restored on the living server, beside the database: they share its"
                                + " disk and its load")
                : List.of();
    }

    @Override
    public boolean isSuperuser() {
        return superuser;
    }

    @Override
    public boolean isOwn(String role) {
        return roles.isOurs(role);
    }

    @Override
    public List<String> standIns(List<PostgresFacts.Role> wanted) throws PostgresFailure {
        return roles.make(wanted);
    }

    @Override
    public void checkAlive() throws PostgresFailure {
        try {
            if (session.isValid(VALID_SECONDS)) {
                return;
            }
        } catch (SQLException e) {
            LOG.info("the line to the scratch server is gone: {}", e.getMessage());
        }
        throw new PostgresFailure(
                "the scratch server "
                        + words(server)
                        + " went away in the middle: that tells nothing of the backup",
                "try it again when it is there");
    }

    /// Drops what was made. What stays is dropped by whoever comes next.
    @Override
    public void close() {
        try {
            if (made) {
                drop();
            }
            StandInRoles.release(session);
            roles.drop(session);
        } catch (PostgresFailure e) {
            LOG.warn("something of {} may be left on {}: {}", name, words(server), e.getMessage());
        } finally {
            end(session);
            LeftCopies.end(name);
        }
    }

    private void drop() throws PostgresFailure {
        CopyLog.Copy copy = given.copy(words(server), name);
        try {
            // A session of its own: ours may have gone with a server that came back.
            NewDatabase.run(
                    server, "DROP DATABASE IF EXISTS " + Sql.identifier(name) + " WITH (FORCE)");
        } catch (PostgresFailure e) {
            given.log().gone(copy, "not destroyed: " + e.reason());
            throw e;
        }
        given.log().gone(copy, "dropped");
        notes.remove(name);
    }

    private static void end(Connection session) {
        try {
            session.close();
        } catch (SQLException e) {
            LOG.debug("a session had ended: {}", e.getMessage());
        }
    }
}
