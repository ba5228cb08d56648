package dev.belay.driver.postgres;

import dev.belay.driver.Answer;
import dev.belay.driver.Databases;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.release.Dependency;
import dev.belay.release.Direction;
import dev.belay.release.Migrations;
import dev.belay.release.Work;
import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Schemas of PostgreSQL: takes the migrations out of the artifact store, the address from whoever
/// knows its values, and leaves the rest to [MigrationRunner].
public final class PostgresDatabases implements Databases {
    /// What a caller needs to hear of an answer is kept back from the statements' time.
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final ArtifactStore artifacts;
    private final ValueProvider values;
    private final LockPatience patience;

    public PostgresDatabases(ArtifactStore artifacts, ValueProvider values, LockPatience patience) {
        this.artifacts = artifacts;
        this.values = values;
        this.patience = patience;
    }

    @Override
    public Answer migrate(Work.Migrate work, Order order) {
        try {
            MigrationSet files = files(work.to());
            return answer(
                    runner(work.to().set(), work.to().datastore(), order).up(files, claim(order)),
                    Direction.DO);
        } catch (PostgresFailure e) {
            return unanswered(e);
        } catch (IOException e) {
            return new Answer.Failed(
                    "the migrations cannot be read: " + e.getMessage(), "deploy again", false);
        }
    }

    @Override
    public Answer takeBack(Work.TakeBack work, Order order) {
        try {
            return answer(
                    runner(work.set(), work.datastore(), order)
                            .down(versions(work.versions()), claim(order), work.whoever()),
                    Direction.UNDO);
        } catch (PostgresFailure e) {
            return unanswered(e);
        }
    }

    @Override
    public Finding probe(Work.Effect work, Order order) {
        try {
            return switch (work) {
                case Work.Migrate(Migrations to, var _) ->
                        found(
                                runner(to.set(), to.datastore(), order).seal(order.token() - 1),
                                applied -> holds(applied, to.versions(), true));
                case Work.TakeBack(
                                String set,
                                Dependency datastore,
                                var versions,
                                boolean whoever) ->
                        found(
                                runner(set, datastore, order).seal(order.token() - 1),
                                applied ->
                                        holds(
                                                whoever ? applied : ofRelease(applied, order),
                                                versions,
                                                false));
                case Work.Effect other ->
                        throw new IllegalArgumentException("no database does " + other);
            };
        } catch (PostgresFailure e) {
            return new Finding.Unknown(e.getMessage() + hint(e));
        }
    }

    /// What stands of a set in a database.
    public MigrationRunner.Status status(String set, Dependency datastore, String environment)
            throws PostgresFailure {
        PostgresAddress address = address(datastore, environment);
        return new MigrationRunner(address, set, patience, Duration.ZERO).status();
    }

    /// What [#adopt] would write; changes nothing.
    public Adoption adoptable(
            String set, Dependency datastore, String environment, AdoptionWish wish)
            throws PostgresFailure {
        PostgresAddress address = address(datastore, environment);
        return new MigrationRunner(address, set, patience, Duration.ZERO).adoptable(wish);
    }

    /// Writes into the ledger what others applied.
    ///
    /// @param token the last that was given out for whoever migrates the set
    public MigrationOutcome adopt(
            String set,
            Dependency datastore,
            String environment,
            AdoptionWish wish,
            long token,
            String by)
            throws PostgresFailure {
        PostgresAddress address = address(datastore, environment);
        return new MigrationRunner(address, set, patience, ANSWER).adopt(wish, token, by);
    }

    private interface Judging {
        boolean done(Collection<Applied> applied);
    }

    /// What stopped half-way counts as not done: doing it again goes on from there.
    private static Finding found(Optional<Collection<Applied>> applied, Judging judging) {
        if (applied.isEmpty()) {
            return new Finding.InProgress("another session migrates");
        }
        return judging.done(applied.get()) ? new Finding.Done("") : new Finding.NotDone();
    }

    private static Collection<Applied> ofRelease(Collection<Applied> applied, Order order) {
        return applied.stream().filter(one -> one.release().equals(order.release())).toList();
    }

    private static boolean holds(
            Collection<Applied> applied, Collection<String> versions, boolean there) {
        Set<MigrationVersion> whole =
                applied.stream()
                        .filter(one -> one.whole() || !there)
                        .map(Applied::version)
                        .collect(Collectors.toSet());
        return versions(List.copyOf(versions)).stream()
                .allMatch(version -> whole.contains(version) == there);
    }

    private static MigrationRunner.Claim claim(Order order) {
        return new MigrationRunner.Claim(order.token(), order.release());
    }

    private static Set<MigrationVersion> versions(List<String> texts) {
        return texts.stream().map(MigrationVersion::new).collect(Collectors.toSet());
    }

    /// The files of those that the release brings: others wait in the same folder.
    private MigrationSet files(Migrations migrations) throws IOException {
        Map<String, String> texts = MigrationTexts.read(artifacts.unpack(migrations.files()));
        MigrationSet.Read read = MigrationSet.read(texts);
        if (!read.problems().isEmpty()) {
            throw new IOException(read.problems().getFirst().message());
        }
        return read.set().only(migrations.versions());
    }

    private MigrationRunner runner(String set, Dependency datastore, Order order)
            throws PostgresFailure {
        Duration limit = order.within().minus(ANSWER);
        return new MigrationRunner(
                address(datastore, order.scope().environment()),
                set,
                patience,
                limit.isPositive() ? limit : order.within());
    }

    private PostgresAddress address(Dependency datastore, String environment)
            throws PostgresFailure {
        return FilledAddress.of(values, datastore, environment);
    }

    private static Answer answer(MigrationOutcome outcome, Direction way) {
        return switch (outcome) {
            case MigrationOutcome.Done(var moved, var warnings) ->
                    new Answer.Done(
                            (moved.isEmpty() ? "as it was" : String.join(", ", moved))
                                    + (warnings.isEmpty()
                                            ? ""
                                            : "; " + String.join("; ", warnings)));
            case MigrationOutcome.Busy(String because) -> new Answer.NotYet(because);
            case MigrationOutcome.Refused(var reason, var hint, boolean left, boolean passes) ->
                    no(reason, hint, !left, passes && way == Direction.UNDO);
            case MigrationOutcome.Failed(
                            var reason,
                            var hint,
                            var moved,
                            boolean left,
                            boolean passes) ->
                    no(
                            reason
                                    + (way == Direction.DO
                                            ? "; nothing of it is left"
                                            : "; it stays as it was")
                                    + (moved.isEmpty()
                                            ? ""
                                            : (way == Direction.DO
                                                            ? ", and applied are "
                                                            : ", and taken back are ")
                                                    + String.join(", ", moved)),
                            hint,
                            !left,
                            passes && way == Direction.UNDO);
            case MigrationOutcome.Partial(String reason, String state, boolean passes) ->
                    no(
                            reason + ". It is half-way: " + state,
                            way == Direction.DO
                                    ? "mend the rest of the file and deploy it, or finish it by hand"
                                    : "finish it by hand, or end this release and deploy one that has"
                                            + " the rest of the way back mended",
                            false,
                            passes && way == Direction.UNDO);
            case MigrationOutcome.Stale(long last) -> new Answer.Stale(last);
        };
    }

    /// @param again whether it is worth to do the same again; a release that goes forward does not
    ///   wait for better times
    private static Answer no(String reason, String hint, boolean nothingLeft, boolean again) {
        return again
                ? new Answer.Failed(reason, hint, true)
                : new Answer.Refused(reason, hint, nothingLeft);
    }

    /// Before there is a session nothing has happened; afterwards nobody can say.
    private static Answer unanswered(PostgresFailure e) {
        return e.beforeAnything()
                ? new Answer.NotYet(e.getMessage() + hint(e))
                : new Answer.InDoubt(String.valueOf(e.getMessage()));
    }

    private static String hint(PostgresFailure e) {
        return e.hint().isEmpty() ? "" : "; " + e.hint();
    }
}
