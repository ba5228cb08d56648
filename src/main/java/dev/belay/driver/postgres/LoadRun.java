package dev.belay.driver.postgres;

import dev.belay.driver.postgres.LoadTurns.Phase;
import dev.belay.schema.migration.Migration;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Has several sessions say what the living release says while migrations are carried out on a
/// copy, and measures what those sessions feel.
///
/// Each statement is a transaction that is taken back. Numbers of sequences and the like are used
/// up all the same: the copy is good for nothing else afterwards.
final class LoadRun {
    private static final int SESSIONS = 8;

    /// The most frequent; a round of them takes a moment.
    private static final int STATEMENTS = 200;

    private static final Duration WARMING = Duration.ofSeconds(5);
    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final Duration AFTER = Duration.ofSeconds(3);
    private static final Duration ENDING = Duration.ofSeconds(1);

    /// Statements a second: seldom enough that a machine has time for the migration, often enough
    /// that somebody is there when a lock is held.
    private static final double MOST = 500;

    private static final double LEAST = 20;
    private static final double WHEN_UNKNOWN = 50;

    /// Sessions that are busy all the time, where the living release keeps fewer busy.
    private static final double BUSY = 0.5;

    private static final String NO_ROOM = "53";

    /// What reaches beyond the copy when a function is called.
    private static final String WAYS_OUT =
            """
            SELECT extname::text FROM pg_catalog.pg_extension WHERE extname IN ('dblink', 'http',
              'pg_net', 'pg_curl', 'plproxy', 'plsh', 'aws_s3', 'aws_lambda', 'wrappers')
            UNION SELECT lanname::text FROM pg_catalog.pg_language l
            WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')
            AND EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.prolang = l.oid)
            ORDER BY 1
            """;

    private final PostgresAddress copy;
    private final String runner;
    private final Workload workload;
    private final LockPatience patience;
    private final Consumer<String> progress;

    /// @param copy as somebody who may become any role
    /// @param runner who migrates; empty for the user of the address
    LoadRun(
            PostgresAddress copy,
            String runner,
            Workload workload,
            LockPatience patience,
            Consumer<String> progress) {
        this.copy = copy;
        this.runner = runner;
        this.workload = workload;
        this.patience = patience;
        this.progress = progress;
    }

    /// What can be said, and with which values.
    private record Prepared(
            List<LoadStatement> statements, int leftOut, Relations relations, RowSamples samples) {}

    /// Measures, or says why not. What is wrong with the migrations themselves is for others to
    /// find.
    LoadReport run(List<Migration.Part> parts) throws InterruptedException {
        if (!workload.unknown().isEmpty()) {
            return LoadReport.unknown(workload.unknown());
        }
        try (Connection session = copy.connect("belay/rehearsal")) {
            List<String> out = Ask.texts(session, WAYS_OUT);
            if (!out.isEmpty()) {
                return LoadReport.unknown(
                        "functions of `" + out.getFirst() + "` reach beyond the copy");
            }
            progress.accept("finding out how to say what the application says");
            Prepared prepared = prepared(session);
            return prepared.statements().isEmpty()
                    ? LoadReport.unknown(
                            "none of the %d statements that are known touches a table of the copy"
                                    .formatted(workload.statements().size()))
                    : measured(prepared, parts);
        } catch (SQLException e) {
            return failed(new PostgresFailure("talking as `" + workload.role() + "`", e));
        } catch (PostgresFailure e) {
            return failed(e);
        } catch (IOException e) {
            return LoadReport.unknown(String.valueOf(e.getMessage()));
        }
    }

    static LoadReport failed(PostgresFailure e) {
        return LoadReport.unknown(
                e.state().startsWith(NO_ROOM)
                        ? "there is no room for a second copy: " + e.getMessage()
                        : String.valueOf(e.getMessage()));
    }

    private Prepared prepared(Connection session) throws PostgresFailure, SQLException {
        try (Connection asApplication = copy.connect("belay/load");
                Statement it = session.createStatement()) {
            StatementReplay.become(asApplication, workload.role());
            Relations relations = Relations.of(session);
            var samples = new RowSamples(session);
            var able = new LoadStatements(asApplication, relations, samples);
            List<LoadStatement> statements =
                    able.of(workload.statements().stream().limit(STATEMENTS).toList());
            samples.take();
            // Without it, plans would be others than the living ones.
            for (String table : tables(statements)) {
                it.execute("ANALYZE " + table);
            }
            return new Prepared(statements, able.leftOut(), relations, samples);
        }
    }

    private static Set<String> tables(List<LoadStatement> statements) {
        var tables = new TreeSet<String>();
        statements.forEach(one -> tables.addAll(one.tables().keySet()));
        return tables;
    }

    private LoadReport measured(Prepared prepared, List<Migration.Part> parts)
            throws PostgresFailure, SQLException, IOException, InterruptedException {
        double rate = perSecond(prepared.statements());
        var turns = new LoadTurns(prepared.statements(), rate);
        var tally = new LoadTally();
        try (var crew = new Crew();
                var migration = new LoadMigration(copy, runner, patience);
                Connection eye = copy.connect("belay/watch")) {
            List<LoadSession> sessions = sessions(crew, turns, prepared.samples(), tally);
            var watch =
                    new LockWatch(
                            sessions, migration.pid(), prepared.relations(), migration::place);
            progress.accept("replaying what the application says");
            turns.round(Phase.WARMING);
            for (LoadSession one : sessions) {
                crew.begin(() -> {
                    one.run();
                    return null;
                });
            }
            crew.begin(() -> {
                watch.run(eye);
                return null;
            });
            turns.await(WARMING);
            turns.rare(tally.quick(prepared.statements()));
            turns.paced(Phase.BEFORE);
            Thread.sleep(BEFORE);
            progress.accept("applying the migration under that load");
            turns.isNow(Phase.DURING);
            long begun = System.nanoTime();
            LoadMigration.Outcome outcome = migration.run(parts);
            long took = System.nanoTime() - begun;
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("somebody called it off");
            }
            turns.round(Phase.AFTER);
            turns.await(AFTER);
            turns.over();
            turns.await(ENDING);
            watch.end();
            sessions.forEach(LoadSession::close);
            crew.await();
            return switch (outcome) {
                case LoadMigration.Outcome.Refused(String why) ->
                        LoadReport.unknown("the migration is refused on the copy: " + why);
                case LoadMigration.Outcome.Blocked(String why) ->
                        report(
                                prepared,
                                sessions,
                                tally,
                                new Ran(rate, took, why),
                                migration,
                                watch);
                case LoadMigration.Outcome.Done() ->
                        report(
                                prepared,
                                sessions,
                                tally,
                                new Ran(rate, took, ""),
                                migration,
                                watch);
            };
        }
    }

    private record Ran(double rate, long took, String blocked) {}

    private List<LoadSession> sessions(
            Crew crew, LoadTurns turns, RowSamples samples, LoadTally tally)
            throws PostgresFailure, InterruptedException {
        var sessions = new ArrayList<LoadSession>();
        for (int i = 0; i < SESSIONS; i++) {
            try {
                var one = new LoadSession(copy, workload.role(), turns, samples, tally);
                crew.endBy(one::close);
                sessions.add(one);
            } catch (PostgresFailure e) {
                if (sessions.isEmpty() || !e.state().startsWith(NO_ROOM)) {
                    throw e;
                }
                // The server takes no more: fewer talk.
                return sessions;
            }
        }
        return sessions;
    }

    private LoadReport report(
            Prepared prepared,
            List<LoadSession> sessions,
            LoadTally tally,
            Ran ran,
            LoadMigration migration,
            LockWatch watch) {
        return new LoadReport(
                "",
                prepared.statements().size(),
                prepared.leftOut(),
                sessions.size(),
                ran.rate(),
                living(prepared.statements()),
                ran.took() / 1_000_000,
                migration.steppedBack(),
                ran.blocked(),
                watch.inTheWay(),
                tally.felt(),
                tally.failures());
    }

    /// How often the living release says all of these; 0 when that is not known.
    private static double living(List<LoadStatement> statements) {
        return statements.stream().mapToDouble(one -> one.said().perSecond()).sum();
    }

    /// As often as the living release. Oftener where that is so seldom that nobody would meet the
    /// migration, as long as few are busy with it.
    static double perSecond(List<LoadStatement> statements) {
        double calls = statements.stream().mapToDouble(one -> one.said().calls()).sum();
        double seconds =
                statements.stream()
                                .mapToDouble(one -> one.said().calls() * one.said().seconds())
                                .sum()
                        / calls;
        double living = living(statements);
        double least =
                Math.min(living > 0 ? LEAST : WHEN_UNKNOWN, seconds > 0 ? BUSY / seconds : MOST);
        return Math.clamp(living, Math.max(least, 0.1), MOST);
    }
}
