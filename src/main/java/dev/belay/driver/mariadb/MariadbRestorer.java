package dev.belay.driver.mariadb;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts backups of a MariaDB database back: into a database that does not exist yet, on the same
/// server; and from there, when a person wants it, its tables take the places of the living ones in
/// one `RENAME TABLE`. The living ones move into a database beside.
///
/// Views, routines and events stay where they are and find the other tables: so a swap is for
/// databases that have the same ones as the backup. Triggers cannot be moved to another database.
final class MariadbRestorer implements Restorer {
    private static final Logger LOG = LoggerFactory.getLogger(MariadbRestorer.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmssSSS").withZone(ZoneOffset.UTC);
    private static final int NAME_MAX = 64;

    /// Whoever has a transaction open keeps its tables; he is waited for so long.
    private static final int PATIENCE_SECONDS = 20;

    private final MariadbAddress living;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final Programs programs;

    MariadbRestorer(MariadbAddress living, BackupKeys keys, Workshop workshop, Programs programs) {
        this.living = living;
        this.keys = keys;
        this.workshop = workshop;
        this.programs = programs;
    }

    @Override
    public String living() {
        return living.database();
    }

    @Override
    public String freshName(Instant when) {
        return beside("_restored_", when);
    }

    @Override
    public String asideName(Instant when) {
        return beside("_before_", when);
    }

    private String beside(String why, Instant when) {
        String end = why + STAMP.format(when);
        String name = living.database();
        return name.substring(0, Math.min(name.length(), NAME_MAX - end.length())) + end;
    }

    private Connection connect() throws DataFailure {
        return living.with("").connect(PATIENCE_SECONDS);
    }

    @Override
    public Optional<Outcome.Refused> obstacle(StoredBackup backup, String name, boolean swap)
            throws DataFailure {
        MariadbFacts then = MariadbFacts.of(backup.manifest());
        if (name.isEmpty()
                || name.length() > NAME_MAX
                || !name.strip().equals(name)
                || name.indexOf('\0') >= 0
                || name.contains("/")) {
            return refused("a database cannot have the name `" + name + "`", "name another one");
        }
        try (Connection connection = connect()) {
            String version = Sql.text(connection, "SELECT VERSION()");
            if (!MariadbFacts.series(version).equals(MariadbFacts.series(then.version()))) {
                return refused(
                        "the server is MariaDB %s, and the backup is of %s"
                                .formatted(version, then.version()),
                        "restore into a server of the backup's version");
            }
            if (Catalogue.exists(connection, name)) {
                return refused(
                        "a database `" + name + "` is there, and nothing is restored over one",
                        "name another one");
            }
            return swap ? swapObstacle(connection, then) : Optional.empty();
        } catch (SQLException e) {
            throw living.failure("looking at `" + living + "`", e);
        }
    }

    private Optional<Outcome.Refused> swapObstacle(Connection connection, MariadbFacts then)
            throws SQLException, DataFailure {
        Sql.run(connection, "USE " + Sql.quoted(living.database()));
        MariadbFacts now = new Catalogue(connection, living.database()).facts();
        String how = "restore it with `--into NAME`, and move what is needed from there";
        if (now.has("trigger ") || then.has("trigger ")) {
            return refused(
                    "there are triggers, which MariaDB does not move to another database", how);
        }
        SortedMap<String, String> views = now.without("table ");
        SortedMap<String, String> viewsThen = then.without("table ");
        views.keySet().removeIf(one -> one.startsWith("sequence "));
        viewsThen.keySet().removeIf(one -> one.startsWith("sequence "));
        var all = new TreeSet<>(views.keySet());
        all.addAll(viewsThen.keySet());
        for (String one : all) {
            if (!java.util.Objects.equals(views.get(one), viewsThen.get(one))) {
                return refused(
                        "the living database has another "
                                + one
                                + " than the backup: it would stay",
                        how);
            }
        }
        if (!now.charset().equals(then.charset()) || !now.collation().equals(then.collation())) {
            return refused("the living database has another character set than the backup", how);
        }
        List<String> strange =
                Sql.texts(
                        connection,
                        "SELECT CONCAT(CONSTRAINT_SCHEMA, '.', TABLE_NAME) FROM"
                                + " information_schema.REFERENTIAL_CONSTRAINTS WHERE"
                                + " UNIQUE_CONSTRAINT_SCHEMA = ? AND CONSTRAINT_SCHEMA <> ?",
                        living.database(),
                        living.database());
        return strange.isEmpty()
                ? Optional.empty()
                : refused(
                        "`"
                                + strange.getFirst()
                                + "` has a foreign key into the living database, and would follow"
                                + " what is moved away",
                        how);
    }

    private static Optional<Outcome.Refused> refused(String reason, String hint) {
        return Optional.of(new Outcome.Refused(reason, hint));
    }

    @Override
    public Outcome restore(StoredBackup backup, String name)
            throws DataFailure, InterruptedException {
        Optional<Outcome.Refused> obstacle = obstacle(backup, name, false);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Optional<BackupOutcome.Refused> damage;
        try {
            damage = dev.belay.driver.backup.BackupFiles.damage(backup);
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
        if (damage.isPresent()) {
            return new Outcome.Refused(damage.get().reason(), damage.get().hint());
        }
        programs.require(MariadbFacts.of(backup.manifest()).version());
        MariadbTrial.create(living, name, MariadbFacts.of(backup.manifest()));
        boolean good = false;
        try {
            Optional<BackupOutcome.Refused> refused =
                    new MariadbTrial(programs, workshop, keys).fill(backup, living.with(name));
            if (refused.isPresent()) {
                return new Outcome.Refused(refused.get().reason(), refused.get().hint());
            }
            int events = quieten(name);
            good = true;
            return new Outcome.Restored(
                    name,
                    events == 0
                            ? List.of()
                            : List.of(
                                    "its %d events are disabled: `ALTER EVENT … ENABLE` when it is to run them"
                                            .formatted(events)));
        } catch (IOException e) {
            throw DataFailure.of(e);
        } finally {
            if (!good) {
                drop(name);
            }
        }
    }

    /// Two databases would do the same work twice.
    private int quieten(String name) throws DataFailure {
        try (Connection connection = living.with(name).connect(PATIENCE_SECONDS)) {
            List<String> events =
                    Sql.texts(
                            connection,
                            "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?",
                            name);
            for (String event : events) {
                Sql.run(connection, "ALTER EVENT " + Sql.quoted(event) + " DISABLE");
            }
            return events.size();
        } catch (SQLException e) {
            throw living.failure("disabling the events of `" + name + "`", e);
        }
    }

    private void drop(String name) {
        try (Connection connection = connect()) {
            Sql.run(connection, "DROP DATABASE IF EXISTS " + Sql.quoted(name));
        } catch (SQLException | DataFailure e) {
            LOG.warn(
                    "the database {} is not whole and cannot be dropped: {}", name, e.getMessage());
        }
    }

    /// Nobody: whoever uses the tables waits for the moment in which they are renamed.
    @Override
    public void fence() {}

    @Override
    public void unfence() {}

    @Override
    public void swap(String restored, String aside) throws DataFailure {
        try (Connection connection = connect()) {
            String charset =
                    Sql.text(
                            connection,
                            "SELECT CONCAT(DEFAULT_CHARACTER_SET_NAME, ' COLLATE ',"
                                    + " DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA"
                                    + " WHERE SCHEMA_NAME = ?",
                            restored);
            Sql.run(
                    connection,
                    "CREATE DATABASE " + Sql.quoted(aside) + " CHARACTER SET " + charset);
            try {
                rename(connection, restored, aside);
            } catch (SQLException e) {
                dropEmpty(connection, aside);
                throw e;
            }
            dropEmpty(connection, restored);
        } catch (SQLException e) {
            throw living.failure("putting `" + restored + "` in the place of `" + living + "`", e);
        }
    }

    /// All or none. What goes away goes first: names of foreign keys are those of their database.
    private void rename(Connection connection, String restored, String aside) throws SQLException {
        var moves = new ArrayList<String>();
        for (String table : Catalogue.movable(connection, living.database())) {
            moves.add(move(living.database(), aside, table));
        }
        for (String table : Catalogue.movable(connection, restored)) {
            moves.add(move(restored, living.database(), table));
        }
        if (!moves.isEmpty()) {
            Sql.run(connection, "RENAME TABLE " + String.join(", ", moves));
        }
    }

    private static String move(String from, String to, String table) {
        String name = Sql.quoted(table);
        return "%s.%s TO %s.%s".formatted(Sql.quoted(from), name, Sql.quoted(to), name);
    }

    /// Views, routines and events of the restored one are the living one's own, and go with it.
    private static void dropEmpty(Connection connection, String database) throws SQLException {
        if (Catalogue.movable(connection, database).isEmpty()) {
            Sql.run(connection, "DROP DATABASE IF EXISTS " + Sql.quoted(database));
        }
    }

    @Override
    public List<String> afterSwap() {
        return List.of(
                "views, routines, events and rights stayed where they were; who has the database open"
                        + " goes on, and finds the other tables in it");
    }

    @Override
    public boolean settle(String restored, String aside) throws DataFailure {
        try (Connection connection = connect()) {
            boolean done =
                    Catalogue.exists(connection, aside)
                            && Catalogue.movable(connection, restored).isEmpty();
            if (Catalogue.exists(connection, aside)) {
                dropEmpty(connection, done ? restored : aside);
            }
            return done;
        } catch (SQLException e) {
            throw living.failure("looking what became of `" + restored + "`", e);
        }
    }
}
