package dev.belay.driver.postgres;

import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.EarlierHistory;
import dev.belay.schema.migration.EarlierTool;
import dev.belay.schema.migration.FlywayHistory;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/// Takes over a schema that others brought where it is. Only a ledger that has no line of the set
/// is written: what Belay itself applied is nobody's to say otherwise.
final class LedgerAdoption {
    private static final int NAMED_MAX = 5;

    private final Connection connection;
    private final Ledger ledger;

    LedgerAdoption(Connection connection, Ledger ledger) {
        this.connection = connection;
        this.ledger = ledger;
    }

    /// What would be written. Changes nothing, and needs no ledger to be there.
    Adoption look(AdoptionWish wish) throws SQLException {
        if (ledger.exists()) {
            Optional<Adoption.Refused> there = there();
            if (there.isPresent()) {
                return there.get();
            }
        }
        MigrationVersion to = wish.to();
        return switch (wish.from()) {
            case NONE -> Adoption.upTo(wish.files(), Objects.requireNonNull(to), List.of());
            case FLYWAY ->
                    Adoption.agreed(
                            by(
                                    wish,
                                    "flyway_schema_history",
                                    List.of(
                                            "installed_rank",
                                            "version",
                                            "type",
                                            "script",
                                            "checksum",
                                            "success")),
                            to);
            case GOLANG_MIGRATE ->
                    Adoption.agreed(by(wish, "schema_migrations", List.of("version", "dirty")), to);
        };
    }

    /// Writes it, all or nothing.
    MigrationOutcome write(AdoptionWish wish, long token, String by) throws SQLException {
        connection.setAutoCommit(false);
        try {
            MigrationOutcome outcome =
                    ledger.guard(token)
                            ? guarded(wish, token, by)
                            : new MigrationOutcome.Stale(ledger.last().orElse(token));
            if (outcome instanceof MigrationOutcome.Done) {
                connection.commit();
            } else {
                connection.rollback();
            }
            connection.setAutoCommit(true);
            return outcome;
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
    }

    private MigrationOutcome guarded(AdoptionWish wish, long token, String by) throws SQLException {
        return switch (look(wish)) {
            case Adoption.Refused(String reason, String hint) -> refused(reason, hint);
            case Adoption.Ready(List<Migration> migrations, List<String> remarks) -> {
                List<String> versions =
                        migrations.stream().map(one -> one.version().text()).toList();
                if (!wish.shown().isEmpty() && !wish.shown().equals(versions)) {
                    yield refused(
                            "it is not what was shown any more: now it would be "
                                    + String.join(", ", versions),
                            "look again");
                }
                for (Migration one : migrations) {
                    ledger.adopted(one, token, by);
                }
                yield new MigrationOutcome.Done(
                        migrations.stream().map(Migration::toString).toList(), remarks);
            }
        };
    }

    private static MigrationOutcome refused(String reason, String hint) {
        return new MigrationOutcome.Refused(reason, hint, false, false);
    }

    private Optional<Adoption.Refused> there() throws SQLException {
        Optional<Adoption.Refused> earlier =
                ledger.earlierName().map(bare -> ledger.askWhose(bare));
        if (earlier.isPresent()) {
            return earlier;
        }
        Collection<Applied> rows = ledger.rows().values();
        if (!rows.isEmpty()) {
            return Optional.of(
                    new Adoption.Refused(
                            "the ledger has lines of `" + ledger.set() + "` already: " + some(rows),
                            "`belay deploy` goes on from there; `belay migrate status` shows all"));
        }
        List<String> past = ledger.past();
        return past.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Adoption.Refused(
                                "Belay applied and took back migrations of `"
                                        + ledger.set()
                                        + "` here: "
                                        + some(past),
                                "where the schema is there all the same, forget that by hand:"
                                        + " `DELETE FROM belay_ledger.history WHERE set_name = '"
                                        + ledger.set()
                                        + "'`"));
    }

    private static String some(Collection<?> all) {
        String named =
                all.stream()
                        .limit(NAMED_MAX)
                        .map(Object::toString)
                        .collect(Collectors.joining(", "));
        return all.size() > NAMED_MAX
                ? named + " and " + (all.size() - NAMED_MAX) + " more"
                : named;
    }

    private Adoption by(AdoptionWish wish, String table, List<String> columns) throws SQLException {
        if (!has(table, columns)) {
            return new Adoption.Refused(
                    "there is no table `"
                            + table
                            + "` with `"
                            + String.join("`, `", columns)
                            + "` in the search path `"
                            + searchPath()
                            + "`",
                    "`ALTER ROLE … SET search_path` to where it is, or say the version by `--to`"
                            + " alone");
        }
        EarlierHistory history = wish.from() == EarlierTool.FLYWAY ? flyway() : golangMigrate();
        return history.adoption(wish.files(), wish.texts());
    }

    private boolean has(String table, List<String> columns) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT count(*) FROM pg_attribute
                        WHERE attrelid = to_regclass(?) AND attname = ANY (?) AND NOT attisdropped\
                        """)) {
            query.setString(1, table);
            query.setArray(2, connection.createArrayOf("text", columns.toArray()));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1) == columns.size();
            }
        }
    }

    private String searchPath() throws SQLException {
        try (var query = connection.createStatement();
                ResultSet row = query.executeQuery("SHOW search_path")) {
            row.next();
            return row.getString(1);
        }
    }

    private FlywayHistory flyway() throws SQLException {
        var rows = new ArrayList<FlywayHistory.Row>();
        try (var query = connection.createStatement();
                ResultSet row =
                        query.executeQuery(
                                """
                                SELECT coalesce(version, ''), type, script, checksum, success
                                FROM flyway_schema_history ORDER BY installed_rank\
                                """)) {
            while (row.next()) {
                int checksum = row.getInt(4);
                rows.add(
                        new FlywayHistory.Row(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.wasNull() ? null : checksum,
                                row.getBoolean(5)));
            }
        }
        return new FlywayHistory(rows);
    }

    private EarlierHistory.GolangMigrate golangMigrate() throws SQLException {
        var states = new ArrayList<EarlierHistory.GolangMigrate.State>();
        try (var query = connection.createStatement();
                ResultSet row =
                        query.executeQuery("SELECT version, dirty FROM schema_migrations")) {
            while (row.next()) {
                states.add(
                        new EarlierHistory.GolangMigrate.State(row.getLong(1), row.getBoolean(2)));
            }
        }
        return new EarlierHistory.GolangMigrate(states);
    }
}
