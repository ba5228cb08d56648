package dev.belay.driver.postgres;

import dev.belay.schema.Catalogue;
import dev.belay.schema.CatalogueDiff;
import dev.belay.schema.Evidence;
import dev.belay.schema.Kind;
import dev.belay.schema.Replay;
import dev.belay.schema.SchemaObject;
import dev.belay.schema.Signals;
import dev.belay.schema.Verdict;
import dev.belay.schema.script.Script;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Tries a migration on a database that nobody needs: there, back and there again. What it says is
/// what was seen, not what was expected.
public final class Rehearsal {
    private final PostgresAddress scratch;
    private final String runner;
    private final Contract contract;
    private final Consumer<String> progress;

    /// What the release that runs now says to the database.
    ///
    /// @param role as which; empty when it is not known
    /// @param statements with `$1` where it puts values
    public record Contract(String role, Replay.Coverage coverage, List<String> statements) {
        public static final Contract UNKNOWN = new Contract("", Replay.Coverage.NONE, List.of());

        public Contract {
            statements = List.copyOf(statements);
        }

        List<String> roles() {
            return role.isEmpty() ? List.of() : List.of(role);
        }
    }

    public sealed interface Result {}

    /// It went through.
    ///
    /// @param trip empty when there is no way back to try
    ///
    /// @param files what was seen in each file of the migration, in their order
    /// @param tables that were there before it
    public record Rehearsed(
            Verdict verdict,
            CatalogueDiff diff,
            List<Signals> files,
            Set<String> tables,
            Optional<RoundTrip> trip)
            implements Result {
        public Rehearsed {
            files = List.copyOf(files);
            tables = Set.copyOf(tables);
        }

        /// All that was seen, one after the other.
        public Signals signals() {
            return together(files);
        }
    }

    /// The migration itself was refused.
    public record Refused(String reason, String hint) implements Result {}

    /// What going back and forth again left.
    ///
    /// @param backRefused what the server said to the way back, or empty
    /// @param catalogueLeft what differs in the catalogue after the way back, as sentences
    /// @param dataLeft tables whose rows are others than before
    /// @param againRefused what the server said to the second way there, or empty
    /// @param againDiffers what the second way there made otherwise than the first
    public record RoundTrip(
            String backRefused,
            List<String> catalogueLeft,
            List<String> dataLeft,
            String againRefused,
            List<String> againDiffers) {
        public RoundTrip {
            catalogueLeft = List.copyOf(catalogueLeft);
            dataLeft = List.copyOf(dataLeft);
            againDiffers = List.copyOf(againDiffers);
        }

        /// Catalogue and rows came back as they were, and the migration could be carried out again.
        public boolean isExact() {
            return backRefused.isEmpty()
                    && catalogueLeft.isEmpty()
                    && dataLeft.isEmpty()
                    && againRefused.isEmpty()
                    && againDiffers.isEmpty();
        }
    }

    /// A rehearsal in one copy.
    ///
    /// @param scratch the way to a copy of the database, which is changed, of a superuser or of a
    ///   member of every role that is needed
    /// @param runner the role that migrates the real one; empty for the superuser
    /// @param progress is told what is done now
    public Rehearsal(
            PostgresAddress scratch, String runner, Contract contract, Consumer<String> progress) {
        this.scratch = scratch;
        this.runner = runner;
        this.contract = contract;
        this.progress = progress;
    }

    /// Carries the migration out, judges it, and goes back and there again.
    ///
    /// @param up one script for each file
    /// @param down the same the other way, in its order; empty when the migration has no way back
    public Result run(List<Script> up, Optional<List<Script>> down) throws PostgresFailure {
        Catalogue before = catalogue();
        Map<String, String> rows = down.isPresent() ? RowSums.of(scratch, before) : Map.of();
        List<Replay.Answer> first = replay();
        Replay.Coverage coverage = coverage(first);
        progress.accept("applying the migration");
        List<Signals> signals;
        try {
            signals = carriedOut(up);
        } catch (PostgresFailure e) {
            theScriptsOwn(e);
            return new Refused(e.getMessage() == null ? "" : e.getMessage(), e.hint());
        }
        Catalogue after = catalogue();
        Replay replay = StatementReplay.compare(coverage, contract.statements(), first, replay());
        Evidence evidence = Evidence.of(before, after, together(signals), replay);
        Optional<RoundTrip> trip = Optional.empty();
        if (down.isPresent()) {
            trip = Optional.of(trip(up, down.get(), before, after, rows));
        }
        return new Rehearsed(Verdict.of(evidence), evidence.diff(), signals, tables(before), trip);
    }

    /// Statements that were refused already prove nothing: when they are most, nothing is known.
    private Replay.Coverage coverage(List<Replay.Answer> before) {
        long taken = before.stream().filter(Replay.Taken.class::isInstance).count();
        return before.isEmpty() || 2 * taken > before.size()
                ? contract.coverage()
                : Replay.Coverage.NONE;
    }

    private static Set<String> tables(Catalogue catalogue) {
        return catalogue.all(Kind.TABLE).map(SchemaObject::name).collect(Collectors.toSet());
    }

    private RoundTrip trip(
            List<Script> up,
            List<Script> down,
            Catalogue before,
            Catalogue after,
            Map<String, String> rows)
            throws PostgresFailure {
        progress.accept("applying the way back");
        try {
            carriedOut(down);
        } catch (PostgresFailure e) {
            theScriptsOwn(e);
            return new RoundTrip(said(e), List.of(), List.of(), "", List.of());
        }
        Catalogue back = catalogue();
        List<String> left =
                CatalogueDiff.between(
                                "the database before", before, "the one after the way back", back)
                        .sentences();
        List<String> data = differing(rows, RowSums.of(scratch, back));
        progress.accept("applying the migration again");
        try {
            carriedOut(up);
        } catch (PostgresFailure e) {
            theScriptsOwn(e);
            return new RoundTrip("", left, data, said(e), List.of());
        }
        List<String> again =
                CatalogueDiff.between("the first time", after, "the second", catalogue())
                        .sentences();
        return new RoundTrip("", left, data, "", again);
    }

    /// @throws PostgresFailure when the copy's server broke down, which tells nothing of the
    ///   scripts
    private static void theScriptsOwn(PostgresFailure e) throws PostgresFailure {
        if (e.isOfTheServer()) {
            throw new PostgresFailure(
                    "nothing can be said of the migration, as the copy's server gave up: "
                            + e.getMessage(),
                    "see that there is room where copies are made, and try again");
        }
    }

    private static String said(PostgresFailure e) {
        return e.getMessage() == null ? "it says nothing of why" : e.getMessage();
    }

    private static List<String> differing(Map<String, String> before, Map<String, String> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        return names.stream()
                .filter(name -> !before.getOrDefault(name, "").equals(after.getOrDefault(name, "")))
                .toList();
    }

    private List<Signals> carriedOut(List<Script> scripts) throws PostgresFailure {
        try (var reader = new SignalReader(scratch, runner)) {
            var seen = new ArrayList<Signals>();
            for (Script script : scripts) {
                seen.add(reader.run(script));
            }
            return seen;
        }
    }

    private static Signals together(List<Signals> files) {
        return new Signals(files.stream().flatMap(one -> one.statements().stream()).toList());
    }

    private List<Replay.Answer> replay() throws PostgresFailure {
        if (contract.role().isEmpty() || contract.statements().isEmpty()) {
            return List.of();
        }
        progress.accept("replaying statements");
        return StatementReplay.ask(scratch, contract.role(), contract.statements());
    }

    private Catalogue catalogue() throws PostgresFailure {
        progress.accept("reading the catalogue");
        try (Connection connection = scratch.connect("belay/rehearsal")) {
            return CatalogueReader.read(connection, contract.roles());
        } catch (SQLException e) {
            throw new PostgresFailure("ending a session", e);
        }
    }
}
