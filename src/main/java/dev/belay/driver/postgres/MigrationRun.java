package dev.belay.driver.postgres;

import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import dev.belay.schema.migration.Standing;
import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One session that migrates, with the set's lock and a token that was raised. See
/// [MigrationRunner].
final class MigrationRun {
    private static final String END_UNKNOWN = "end unknown";

    private final Connection connection;
    private final Ledger ledger;
    private final MigrationRunner.Claim claim;
    private final Debris debris;
    private final PortionRun portions;
    private final List<String> moved = new ArrayList<>();

    /// Of whoever applied them; an earlier call may have taken some of them back.
    private Set<MigrationVersion> takenBack = Set.of();

    MigrationRun(
            Connection connection,
            Ledger ledger,
            MigrationRunner.Claim claim,
            PortionRun portions) {
        this.connection = connection;
        this.ledger = ledger;
        this.claim = claim;
        this.debris = new Debris(connection);
        this.portions = portions;
    }

    /// A migration on its way in one direction.
    ///
    /// @param text of the way back, kept as long as it is not taken wholly; else empty
    private record Way(
            MigrationVersion version,
            String name,
            boolean up,
            Script script,
            String file,
            String text) {
        static Way up(Migration one) {
            Migration.Part part = one.up();
            return new Way(one.version(), one.name(), true, part.script(), part.file(), "");
        }

        static Way back(Applied one, String text) {
            String file = "the way back of " + one;
            return new Way(one.version(), one.name(), false, Script.of(text), file, text);
        }
    }

    MigrationOutcome up(MigrationSet files) throws SQLException {
        Optional<String> earlier = ledger.earlierName();
        if (earlier.isPresent()) {
            Adoption.Refused ask = ledger.askWhose(earlier.get());
            return refused(ask.reason(), ask.hint());
        }
        MigrationOutcome back = finishWaysBack(files);
        return back == null ? upwards(files) : back;
    }

    /// What was taken back half-way by a release that is over is taken back wholly, by the way back
    /// that the files have now: nothing else leads on from there.
    ///
    /// @return why it stopped, or null when none is half-way
    private @Nullable MigrationOutcome finishWaysBack(MigrationSet files) throws SQLException {
        for (Applied one : List.copyOf(ledger.rows().values()).reversed()) {
            if (one.whole() || one.up()) {
                continue;
            }
            String text =
                    files.find(one.version())
                            .map(Migration::back)
                            .filter(Migration.Back.Down.class::isInstance)
                            .map(back -> ((Migration.Back.Down) back).part().text())
                            .orElse(one.down());
            MigrationOutcome stopped = move(Way.back(one, text), null);
            if (stopped != null) {
                return stopped;
            }
            moved.add(one + " (taken back)");
        }
        return null;
    }

    private MigrationOutcome upwards(MigrationSet files) throws SQLException {
        Map<MigrationVersion, Applied> rows = ledger.rows();
        Standing standing = Standing.of(files, rows.values());
        Optional<Standing.Obstacle> obstacle = standing.obstacle();
        if (obstacle.isPresent()) {
            return refused(obstacle.get().reason(), obstacle.get().hint());
        }
        for (Migration one : files.migrations()) {
            Applied row = rows.get(one.version());
            if (row != null && row.whole()) {
                keepWayBack(one, row);
                continue;
            }
            MigrationOutcome stopped = move(Way.up(one), one);
            if (stopped != null) {
                return stopped;
            }
            moved.add(one.toString());
        }
        return done();
    }

    /// A way back that was mended later is the one to take.
    private void keepWayBack(Migration one, Applied row) throws SQLException {
        boolean same =
                switch (one.back()) {
                    case Migration.Back.Down(var part) -> part.text().equals(row.down());
                    case Migration.Back.Irreversible(var why) -> why.equals(row.irreversible());
                    case Migration.Back.Missing() -> true;
                };
        if (!same) {
            ledger.applied(one, true, claim.release());
        }
    }

    /// @param whoever whether also what other releases applied
    MigrationOutcome down(Set<MigrationVersion> versions, boolean whoever) throws SQLException {
        takenBack = whoever ? versions : Set.of();
        var rows = List.copyOf(ledger.rows().values());
        List<Applied> back = those(versions, whoever, rows);
        if (!back.isEmpty() && !back.contains(rows.getLast())) {
            return refused(
                    "migration "
                            + rows.getLast()
                            + " was applied after "
                            + back.getFirst()
                            + ", which was to be taken back",
                    "take that one back first");
        }
        for (Applied one : back) {
            MigrationOutcome stopped = one.whole() || !one.up() ? null : settled(one);
            if (stopped != null) {
                return stopped;
            }
        }
        back = those(versions, whoever, ledger.rows().values());
        for (Applied one : back) {
            if (one.down().isBlank()) {
                return refused(
                        "migration "
                                + one
                                + " has no way back"
                                + (one.irreversible().isEmpty() ? "" : ": " + one.irreversible()),
                        "restore a backup, or go on with a newer release");
            }
        }
        for (Applied one : back) {
            MigrationOutcome stopped = move(Way.back(one, one.down()), null);
            if (stopped != null) {
                return stopped;
            }
            moved.add(one.toString());
        }
        return done();
    }

    private List<Applied> those(
            Set<MigrationVersion> versions, boolean whoever, Collection<Applied> rows) {
        return rows.stream()
                .filter(one -> versions.contains(one.version()))
                .filter(one -> whoever || one.release().equals(claim.release()))
                .toList()
                .reversed();
    }

    /// Where one that was applied half-way had not got beyond a statement outside of a transaction,
    /// the catalogue says whether anything of it is there.
    ///
    /// @return null when it is whole, or nothing of it is left
    private @Nullable MigrationOutcome settled(Applied one) throws SQLException {
        var way = new Way(one.version(), one.name(), true, Script.of(""), "", "");
        String reason = "migration " + one + " was applied half-way, and no way back begins there";
        List<Ledger.Step> steps = ledger.steps(one.version(), true);
        Ledger.Step last = steps.isEmpty() || steps.getLast().done() ? null : steps.getLast();
        if (last != null) {
            switch (traceOf(last)) {
                case Debris.Trace.Done(), Debris.Trace.Finished() -> {
                    if (last.last()) {
                        ledger.completed(one.version(), claim.token());
                        return null;
                    }
                    ledger.step(one.version(), true, last.asDone());
                }
                case Debris.Trace.Nothing(), Debris.Trace.Cleared() -> {
                    ledger.forget(one.version(), true, last.number());
                    steps.removeLast();
                }
                case Debris.Trace.Left(String what, boolean _) -> {
                    return partial(reason, way, what, false);
                }
                case Debris.Trace.Unknown() -> {
                    return partial(reason, way);
                }
            }
        }
        if (!steps.isEmpty()) {
            return partial(reason, way);
        }
        ledger.undone(one.version());
        return null;
    }

    private Debris.Trace traceOf(Ledger.Step begun) throws SQLException {
        List<Statement> statements = Script.of(begun.statement()).statements();
        if (statements.size() != 1) {
            return new Debris.Trace.Unknown();
        }
        ledger.lookFrom(begun);
        debris.resume();
        Debris.Trace trace = debris.find(statements.getFirst());
        portions.begin();
        return trace;
    }

    private MigrationOutcome done() throws SQLException {
        List<String> warnings =
                debris.invalidIndexes().stream()
                        .map(name -> "index `" + name + "` is not valid: no query uses it")
                        .toList();
        return new MigrationOutcome.Done(moved, warnings);
    }

    /// Carries out what is left of one migration.
    ///
    /// @return why it stopped, or null when it is whole
    private @Nullable MigrationOutcome move(Way way, @Nullable Migration migration)
            throws SQLException {
        List<Script.Portion> all = way.script.portions();
        List<Ledger.Step> steps = ledger.steps(way.version, way.up);
        portions.begin();
        if (steps.stream().anyMatch(step -> step.number() > all.size())) {
            return partial(way.file + " lost statements that are carried out already", way);
        }
        for (int i = 0; i < all.size(); i++) {
            Script.Portion portion = all.get(i);
            int number = i + 1;
            boolean last = number == all.size();
            Ledger.Step step =
                    steps.stream().filter(s -> s.number() == number).findFirst().orElse(null);
            if (step != null && !step.digest().equals(digest(portion))) {
                return partial(
                        way.file
                                + " was changed where it is carried out already, at line "
                                + portion.line(),
                        way);
            }
            boolean done = step != null && step.done();
            if (done) {
                portions.settingsOf(portion);
            }
            if (done && !last) {
                continue;
            }
            // With what failed at its end left out of a file, what is done is all of it.
            MigrationOutcome stopped =
                    done
                            ? commit(way, migration, step(portion, number, true, true), true)
                            : portion.transaction()
                                    ? together(way, migration, portion, number, last)
                                    : alone(way, migration, portion, number, step, last);
            if (stopped != null) {
                return stopped;
            }
        }
        return null;
    }

    private static String digest(Script.Portion portion) {
        var all = new StringBuilder();
        portion.statements().forEach(one -> all.append(one.fingerprint().hex()));
        return dev.belay.release.Digest.of(all.toString()).text();
    }

    private @Nullable MigrationOutcome together(
            Way way,
            @Nullable Migration migration,
            Script.Portion portion,
            int number,
            boolean last)
            throws SQLException {
        PortionRun.Result result =
                portions.together(
                        portion,
                        () -> ledger.guard(claim.token()),
                        () -> write(way, migration, step(portion, number, true, last), last));
        return switch (result) {
            case PortionRun.Result.Done() -> null;
            case PortionRun.Result.Overtaken() ->
                    new MigrationOutcome.Stale(ledger.last().orElse(claim.token()));
            case PortionRun.Result.Blocked(String by) -> new MigrationOutcome.Busy(by);
            case PortionRun.Result.Broken broken -> broken(way, number, broken);
        };
    }

    private @Nullable MigrationOutcome alone(
            Way way,
            @Nullable Migration migration,
            Script.Portion portion,
            int number,
            Ledger.@Nullable Step step,
            boolean last)
            throws SQLException {
        Statement statement = portion.statements().getFirst();
        if (step != null) {
            debris.resume();
            switch (debris.find(statement)) {
                case Debris.Trace.Done(), Debris.Trace.Finished() -> {
                    return commit(way, migration, step(portion, number, true, last), last);
                }
                case Debris.Trace.Unknown() -> {
                    return partial(
                            "the statement at line "
                                    + statement.line()
                                    + " of "
                                    + way.file
                                    + " was begun at "
                                    + step.begun()
                                    + ", and nobody knows whether it was carried out",
                            way);
                }
                case Debris.Trace.Left(String what, boolean again) -> {
                    if (!again) {
                        return new MigrationOutcome.Busy(what);
                    }
                }
                case Debris.Trace.Nothing(), Debris.Trace.Cleared() -> {}
            }
        } else {
            Ledger.Step begun = step(portion, number, false, last);
            MigrationOutcome stopped = commit(way, migration, begun, false);
            if (stopped != null) {
                return stopped;
            }
            debris.begin();
        }
        PortionRun.Result result =
                portions.alone(statement, why -> cleaned(debris, statement, why));
        if (result instanceof PortionRun.Result.Done
                && statement.concurrentIndex().isPresent()
                && debris.find(statement) instanceof Debris.Trace.Cleared) {
            // It was there, unusable, and IF NOT EXISTS was content with it.
            result = portions.alone(statement, why -> cleaned(debris, statement, why));
        }
        return switch (result) {
            case PortionRun.Result.Done() ->
                    commit(way, migration, step(portion, number, true, last), last);
            case PortionRun.Result.Overtaken() ->
                    new MigrationOutcome.Stale(ledger.last().orElse(claim.token()));
            case PortionRun.Result.Blocked(String by) -> {
                Debris.Trace trace = debris.find(statement);
                portions.asOurselves();
                switch (trace) {
                    case Debris.Trace.Unknown(), Debris.Trace.Left _ -> {}
                    case Debris.Trace.Done(),
                            Debris.Trace.Finished(),
                            Debris.Trace.Cleared(),
                            Debris.Trace.Nothing() ->
                            ledger.forget(way.version, way.up, number);
                }
                yield new MigrationOutcome.Busy(by);
            }
            case PortionRun.Result.Broken broken ->
                    brokenAlone(way, migration, step(portion, number, false, last), broken);
        };
    }

    /// Somebody was in the way of a statement: takes away what the attempt left.
    ///
    /// @return null when it can be tried again
    static PortionRun.@Nullable Result cleaned(Debris debris, Statement statement, String why)
            throws SQLException {
        return switch (debris.find(statement)) {
            case Debris.Trace.Finished() -> new PortionRun.Result.Done();
            // Every attempt would leave one more.
            case Debris.Trace.Left _ when statement.begins("reindex") ->
                    new PortionRun.Result.Broken(statement, why, true);
            case Debris.Trace.Left(String what, boolean again) when !again ->
                    new PortionRun.Result.Blocked(what);
            case Debris.Trace.Left _,
                    Debris.Trace.Done(),
                    Debris.Trace.Cleared(),
                    Debris.Trace.Nothing(),
                    Debris.Trace.Unknown() ->
                    null;
        };
    }

    /// What runs outside of a transaction may leave something though it failed.
    private @Nullable MigrationOutcome brokenAlone(
            Way way,
            @Nullable Migration migration,
            Ledger.Step step,
            PortionRun.Result.Broken broken)
            throws SQLException {
        Statement at = broken.at();
        Debris.Trace trace = debris.find(at);
        portions.asOurselves();
        switch (trace) {
            case Debris.Trace.Finished() -> {
                return commit(way, migration, step.asDone(), step.last());
            }
            case Debris.Trace.Left(String what, boolean _) -> {
                return partial(reason(way, broken), way, what, broken.passes());
            }
            case Debris.Trace.Unknown() -> {
                // A name that this very session does not find was none to PostgreSQL either.
                if (!at.begins("alter", "table")) {
                    return partial(reason(way, broken), way);
                }
            }
            case Debris.Trace.Done(), Debris.Trace.Cleared(), Debris.Trace.Nothing() -> {}
        }
        ledger.forget(way.version, way.up, step.number());
        return broken(way, step.number(), broken);
    }

    private static String reason(Way way, PortionRun.Result.Broken broken) {
        return way.file + ", line " + broken.at().line() + ": " + broken.why();
    }

    private static Ledger.Step step(
            Script.Portion portion, int number, boolean done, boolean last) {
        String alone = portion.transaction() ? "" : portion.statements().getFirst().text();
        return new Ledger.Step(number, portion.line(), digest(portion), done, alone, last, "", "");
    }

    /// Writes into the ledger in a transaction of its own.
    private @Nullable MigrationOutcome commit(
            Way way, @Nullable Migration migration, Ledger.Step step, boolean whole)
            throws SQLException {
        connection.setAutoCommit(false);
        try {
            String role = portions.asOurselves();
            boolean ours = ledger.guard(claim.token());
            if (ours) {
                write(way, migration, step, whole);
                portions.as(role);
                connection.commit();
            } else {
                connection.rollback();
            }
            connection.setAutoCommit(true);
            return ours ? null : new MigrationOutcome.Stale(ledger.last().orElse(claim.token()));
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    private void write(Way way, @Nullable Migration migration, Ledger.Step step, boolean whole)
            throws SQLException {
        if (migration != null) {
            ledger.applied(migration, whole, claim.release());
        } else if (whole) {
            ledger.undone(way.version);
        } else {
            ledger.undoing(way.version, way.text);
        }
        if (whole) {
            ledger.settle(way.version);
            ledger.remember(way.version, way.name, way.up, way.script.fingerprint(), claim.token());
        } else {
            ledger.step(way.version, way.up, step);
        }
    }

    /// A statement failed. Where nothing before it was committed, nothing of its file is left.
    private MigrationOutcome broken(Way way, int number, PortionRun.Result.Broken broken)
            throws SQLException {
        portions.asOurselves();
        String reason = reason(way, broken);
        if (number > 1) {
            return partial(reason, way, END_UNKNOWN, broken.passes());
        }
        if (way.up) {
            ledger.undone(way.version);
        } else {
            ledger.kept(way.version);
        }
        return new MigrationOutcome.Failed(reason, "", moved, left(), broken.passes());
    }

    private MigrationOutcome refused(String reason, String hint) throws SQLException {
        return new MigrationOutcome.Refused(reason, hint, left(), false);
    }

    /// Whether something of the release is there, from this call or one before it.
    private boolean left() throws SQLException {
        Map<MigrationVersion, Applied> rows = ledger.rows();
        return !moved.isEmpty()
                || ledger.holdsOf(claim.release())
                || takenBack.stream().map(rows::get).anyMatch(row -> row == null || !row.whole());
    }

    private MigrationOutcome partial(String reason, Way way) throws SQLException {
        return partial(reason, way, END_UNKNOWN, false);
    }

    /// @param begun what is known of the statement that was begun and is not done
    private MigrationOutcome partial(String reason, Way way, String begun, boolean passes)
            throws SQLException {
        portions.asOurselves();
        var state = new ArrayList<String>();
        List<Ledger.Step> steps = ledger.steps(way.version, way.up);
        for (Ledger.Step one : steps) {
            state.add(
                    "line "
                            + one.line()
                            + (one.done() ? ": done" : ": begun at " + one.begun() + ", " + begun));
        }
        List<Script.Portion> all = way.script.portions();
        for (int i = steps.size(); i < all.size(); i++) {
            state.add("line " + all.get(i).line() + ": not done");
        }
        String which = "migration " + way.version + " " + way.name + (way.up ? "" : ", way back");
        return new MigrationOutcome.Partial(
                reason, which + ": " + String.join("; ", state), passes);
    }
}
