package dev.belay.driver.postgres;

import dev.belay.schema.migration.Migration;
import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Carries migrations out on a copy that others talk to, with the very means, the patience with
/// locks and the order of the runner; only the ledger is left out, which nobody else asks.
final class LoadMigration implements AutoCloseable {
    /// Beyond this, whoever waits for the rehearsal learns more without.
    private static final Duration MOST = Duration.ofHours(6);

    private final Connection connection;
    private final PortionRun portions;
    private final Debris debris;
    private final String role;
    private final LockPatience patience;
    private final int pid;
    private volatile String place = "";
    private String file = "";
    private int linesBefore;
    private @Nullable Statement first;
    private int portionsBegun;
    private int tries;

    /// How it went.
    sealed interface Outcome {
        record Done() implements Outcome {}

        /// Somebody kept it from a lock, however often it tried.
        record Blocked(String why) implements Outcome {}

        /// It is refused, or its server broke down, which has nothing to do with who else talks.
        record Refused(String why) implements Outcome {}
    }

    /// @param copy as somebody who may become the role
    /// @param role who carries it out; empty for the user of the address
    LoadMigration(PostgresAddress copy, String role, LockPatience patience) throws PostgresFailure {
        this.role = role;
        this.patience = patience;
        connection = copy.connect("belay/rehearsal");
        try {
            pid = Pooler.process(connection);
        } catch (SQLException e) {
            throw new PostgresFailure("asking for the number of a session", e);
        }
        debris = new Debris(connection);
        portions = new PortionRun(connection, copy, patience, System.nanoTime() + MOST.toNanos());
        portions.tell(this::at);
    }

    int pid() {
        return pid;
    }

    /// Of the statement that it is at, as ``line 3 of `0007_total.up.sql` ``.
    String place() {
        return place;
    }

    private void at(Statement one) {
        place = "line %d of `%s`".formatted(linesBefore + one.line(), file);
        tries += one.equals(first) ? 1 : 0;
    }

    /// How often it let others pass.
    int steppedBack() {
        return Math.max(0, tries - portionsBegun);
    }

    Outcome run(List<Migration.Part> parts) throws PostgresFailure {
        try {
            for (Migration.Part part : parts) {
                file = part.file();
                linesBefore = part.line();
                begin();
                for (Script.Portion portion : part.script().portions()) {
                    first = portion.statements().getFirst();
                    portionsBegun++;
                    switch (carriedOut(portion)) {
                        case PortionRun.Result.Done(), PortionRun.Result.Overtaken() -> {}
                        case PortionRun.Result.Blocked(String by) -> {
                            return new Outcome.Blocked(blocked(portion, by));
                        }
                        case PortionRun.Result.Broken(Statement at, String why, boolean _) -> {
                            return new Outcome.Refused(
                                    "line %d of `%s`: %s"
                                            .formatted(linesBefore + at.line(), file, why));
                        }
                    }
                }
            }
            return new Outcome.Done();
        } catch (SQLException e) {
            throw new PostgresFailure("migrating a copy", e);
        }
    }

    /// Who was in the way is no process that anybody knows: it is told by what it said.
    private String blocked(Script.Portion portion, String by) {
        return tries < patience.attempts()
                ? file + ": " + by
                : "the statements from line %d of `%s` on got no lock in %d attempts"
                        .formatted(linesBefore + portion.line(), file, patience.attempts());
    }

    private PortionRun.Result carriedOut(Script.Portion portion) throws SQLException {
        if (portion.transaction()) {
            return portions.together(portion, () -> true, () -> {});
        }
        debris.begin();
        Statement alone = portion.statements().getFirst();
        return portions.alone(alone, why -> MigrationRun.cleaned(debris, alone, why));
    }

    private void begin() throws SQLException {
        portions.begin();
        if (!role.isEmpty()) {
            StatementReplay.settings(connection, role);
            try (var session = connection.createStatement()) {
                session.execute("SET ROLE " + Sql.identifier(role));
                session.execute("SET TimeZone = 'UTC'");
            }
        }
    }

    @Override
    public void close() throws PostgresFailure {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new PostgresFailure("ending a session", e);
        }
    }
}
