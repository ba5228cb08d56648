package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.BackupFiles;
import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts backups of ClickHouse back: into a database beside the living one, whose tables then take
/// the names of the living ones, in one statement. Views stay where they are: they find tables by
/// name.
///
/// Nobody is kept out for that. What lived before is in a database of its own afterwards.
final class ClickhouseRestorer implements Restorer {
    private static final Logger LOG = LoggerFactory.getLogger(ClickhouseRestorer.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmssSSS").withZone(ZoneOffset.UTC);

    /// Of later versions, whose tables have numbers besides their names.
    private static final String BY_NUMBER = "Atomic";

    private static final Set<String> MOVABLE = Set.of("Ordinary", BY_NUMBER);

    private final ClickhouseAddress living;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final SSLContext trust;

    ClickhouseRestorer(
            ClickhouseAddress living, BackupKeys keys, Workshop workshop, SSLContext trust) {
        this.living = living;
        this.keys = keys;
        this.workshop = workshop;
        this.trust = trust;
    }

    @Override
    public String living() {
        return living.database();
    }

    @Override
    public String freshName(Instant when) {
        return living.database() + "_restored_" + STAMP.format(when);
    }

    @Override
    public String asideName(Instant when) {
        return living.database() + "_before_" + STAMP.format(when);
    }

    private ClickhouseSession open() {
        return new ClickhouseSession(living, trust);
    }

    @Override
    public Optional<Outcome.Refused> obstacle(StoredBackup backup, String name, boolean swap)
            throws DataFailure {
        if (!name.matches("[^/\\p{Cntrl}]{1,100}") || name.equals("system")) {
            return refused("`" + name + "` cannot be the name of a database", "name another one");
        }
        try (ClickhouseSession session = open()) {
            if (Catalogue.hasDatabase(session, name)) {
                return refused(
                        "a database `" + name + "` is there, and nothing is restored over one",
                        "name another one");
            }
            ClickhouseFacts facts = ClickhouseFacts.of(backup.manifest());
            Optional<BackupOutcome.Refused> older = ClickhouseTrial.older(session, facts.version());
            if (older.isPresent()) {
                return refused(older.get().reason(), "restore it on a server that is as new");
            }
            return swap ? swapObstacle(session, facts) : Optional.empty();
        }
    }

    private Optional<Outcome.Refused> swapObstacle(ClickhouseSession session, ClickhouseFacts facts)
            throws DataFailure {
        String kind =
                session.value(
                        "SELECT engine FROM system.databases WHERE name = "
                                + Names.text(living.database()));
        if (!MOVABLE.contains(kind)) {
            return refused(
                    kind.isEmpty()
                            ? "there is no database `" + living.database() + "`"
                            : "`%s` is a database of engine %s, whose tables do not move"
                                    .formatted(living.database(), kind),
                    kind.isEmpty()
                            ? "restore it under that name: `--into " + living.database() + "`"
                            : "restore with `--into`");
        }
        List<Definition> here = catalogue(session);
        var replicated = new TreeSet<>(facts.replicated());
        replicated.addAll(ClickhouseFacts.replicated(here));
        if (!replicated.isEmpty()) {
            return refused(
                    "tables that are kept on several servers do not change places with ones that"
                            + " are on one: "
                            + replicated,
                    "restore with `--into`, and insert from there what is wanted");
        }
        List<String> inner =
                here.stream().filter(Definition::hasInner).map(Definition::name).toList();
        if (kind.equals(BY_NUMBER) && !inner.isEmpty()) {
            return refused(
                    "materialized views that keep their rows themselves know their table by a number,"
                            + " and would lose it: "
                            + inner,
                    "give each a table of its own with `TO`, or restore with `--into`, and insert"
                            + " from there what is wanted");
        }
        return ClickhouseFacts.materialized(here).equals(facts.materialized())
                ? Optional.empty()
                : refused(
                        "the materialized views are not those of the backup, which holds %s: there are %s"
                                .formatted(
                                        facts.materialized().keySet(),
                                        ClickhouseFacts.materialized(here).keySet()),
                        "make them so, or restore with `--into`");
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
        try (ClickhouseSession session = open()) {
            Optional<BackupOutcome.Refused> bad = BackupFiles.damage(backup);
            if (bad.isPresent()) {
                return new Outcome.Refused(bad.get().reason(), bad.get().hint());
            }
            var filling = new Filling(session, name, backup, keys, workshop);
            boolean good = false;
            try {
                bad = filling.run();
                good = bad.isEmpty();
            } finally {
                if (!good && filling.isBegun()) {
                    discard(name);
                }
            }
            return bad.isPresent()
                    ? new Outcome.Refused(bad.get().reason(), bad.get().hint())
                    : new Outcome.Restored(name, filling.remarks());
        } catch (IOException e) {
            throw Endings.of(e);
        } catch (DataFailure e) {
            throw Endings.of(e);
        }
    }

    /// By a line of its own: an interrupt may have cut the other.
    private void discard(String name) {
        boolean interrupted = Thread.interrupted();
        try (ClickhouseSession session = open()) {
            session.run("DROP DATABASE " + Names.quoted(name), Map.of());
        } catch (DataFailure e) {
            LOG.warn("what was restored as {} and is no good stays: {}", name, e.reason());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Nobody: tables change names, and ClickHouse has nothing that would hold writers.
    @Override
    public void fence() {}

    @Override
    public void unfence() {}

    @Override
    public void swap(String restored, String aside) throws DataFailure {
        try (ClickhouseSession session = open()) {
            session.run("CREATE DATABASE " + Names.quoted(aside), Map.of());
            exchange(session, restored, aside);
        }
    }

    /// Whatever of it is left to do.
    private void exchange(ClickhouseSession session, String restored, String aside)
            throws DataFailure {
        var old = new TreeSet<>(Catalogue.withRows(session, living.database()));
        var kept = Catalogue.withRows(session, aside);
        var moves = new ArrayList<String>();
        for (String name : Catalogue.withRows(session, restored)) {
            if (old.remove(name)) {
                moves.add(move(living.database(), aside, name));
            }
            moves.add(move(restored, living.database(), name));
        }
        // Those that the backup does not have, unless they are its own already.
        if (kept.isEmpty()) {
            old.forEach(name -> moves.add(move(living.database(), aside, name)));
        }
        if (!moves.isEmpty()) {
            session.run("RENAME TABLE " + String.join(", ", moves), Map.of());
        }
        if (Catalogue.read(session, restored).isEmpty()) {
            session.run("DROP DATABASE " + Names.quoted(restored), Map.of());
        }
        rebind(session);
    }

    /// Lets materialized views look for the table that they read by its name again. Where databases
    /// are `Atomic` they would go on with the one that was moved aside; on older servers they go by
    /// names anyway.
    private void rebind(ClickhouseSession session) throws DataFailure {
        String kind =
                session.value(
                        "SELECT engine FROM system.databases WHERE name = "
                                + Names.text(living.database()));
        if (!kind.equals(BY_NUMBER)) {
            return;
        }
        for (String view : ClickhouseFacts.materialized(catalogue(session)).keySet()) {
            String name = Names.quoted(living.database(), view);
            session.run("DETACH TABLE " + name, Map.of());
            session.run("ATTACH TABLE " + name, Map.of());
        }
    }

    private List<Definition> catalogue(ClickhouseSession session) throws DataFailure {
        return Catalogue.read(session, living.database());
    }

    /// What [#rebind] was killed in the middle of.
    private void attach(ClickhouseSession session) throws DataFailure {
        if (session.value(
                        "SELECT name FROM system.tables WHERE database = 'system' AND name ="
                                + " 'detached_tables'")
                .isEmpty()) {
            return;
        }
        for (String name :
                session.column(
                        "SELECT table FROM system.detached_tables WHERE NOT is_permanently AND"
                                + " database = "
                                + Names.text(living.database()))) {
            session.run("ATTACH TABLE " + Names.quoted(living.database(), name), Map.of());
        }
    }

    private static String move(String from, String to, String name) {
        return Names.quoted(from, name) + " TO " + Names.quoted(to, name);
    }

    @Override
    public List<String> afterSwap() {
        return List.of(
                "views stayed, and find the other tables by name; what was written while the tables"
                        + " changed names may have failed");
    }

    /// A statement that was cut off in the middle is gone on with: what began is not taken back.
    @Override
    public boolean settle(String restored, String aside) throws DataFailure {
        try (ClickhouseSession session = open()) {
            if (!Catalogue.hasDatabase(session, aside)) {
                return false;
            }
            boolean waiting =
                    Catalogue.hasDatabase(session, restored)
                            && !Catalogue.withRows(session, restored).isEmpty();
            if (!waiting) {
                attach(session);
                rebind(session);
                return true;
            }
            if (Catalogue.withRows(session, aside).isEmpty()) {
                session.run("DROP DATABASE " + Names.quoted(aside), Map.of());
                return false;
            }
            exchange(session, restored, aside);
            return true;
        }
    }
}
