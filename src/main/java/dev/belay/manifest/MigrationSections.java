package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.choice;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.MigrationCommands;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// How a component's schema changes are written down: files that Belay applies, or commands of
/// another tool.
final class MigrationSections {
    /// What carries files out.
    enum Tool {
        SQL,
        FLYWAY
    }

    static final Key<String> DATASTORE =
            Key.of("datastore", NAME, "Datastore that is migrated; with `dir` one of `postgres`.")
                    .asRequired();
    static final Key<Tool> TOOL =
            Key.of(
                            "tool",
                            choice(Tool.class, Set.of(Tool.FLYWAY)),
                            "What runs the files: `sql` is Belay itself.")
                    .fallback("sql");
    static final Key<String> FOLDER =
            Key.of(
                            "dir",
                            PATH,
                            "Folder of files that Belay applies, relative to the component's"
                                    + " `dir`. Not beside `up`.")
                    .fallback("migrations");
    static final Key<List<String>> UP =
            Key.of(
                    "up",
                    COMMAND,
                    "Command of another tool in place of files, run in the new artifact's folder:"
                            + " applies what is not applied yet.");
    static final Key<List<String>> DOWN =
            Key.of(
                    "down",
                    COMMAND,
                    "Takes back what `up` did, to `$BELAY_MIGRATED_FROM`. Needs `status`.");
    static final Key<List<String>> STATUS =
            Key.of(
                    "status",
                    COMMAND,
                    "Prints where the schema is, and the same for the same schema: such as the"
                            + " version that is applied.");
    static final Key<List<String>> PROBE =
            Key.of(
                    "probe",
                    COMMAND,
                    "Says whether `up` happened when its record cannot: exit code 0 yes, 1 no, 2"
                            + " under way, 3 in part.");
    static final Key<List<String>> PLAN =
            Key.of(
                    "plan",
                    COMMAND,
                    "Prints what `up` would do, and does nothing: shown in the plan. It must print the"
                            + " same when the release begins.");
    static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "Time for `up`, and for `down`.").fallback("30m");

    /// What says nothing without `up`.
    static final List<Key<?>> OF_UP = List.of(DOWN, STATUS, PROBE, PLAN, TIMEOUT);

    static final Fields<Row> MIGRATIONS =
            Fields.of(
                    "migrations",
                    "How a component's schema changes are applied.",
                    "{datastore: postgres, dir: db/migrations}",
                    List.of(DATASTORE, TOOL, FOLDER, UP, DOWN, STATUS, PROBE, PLAN, TIMEOUT),
                    List.of(),
                    row -> row);

    static final Key<String> SHARED_FOLDER =
            Key.of(
                            "dir",
                            PATH,
                            "Folder of files that Belay applies, relative to the manifest's folder.")
                    .asRequired();

    static final Fields<Row> OF_DATASTORE =
            Fields.of(
                    "datastore-migrations",
                    "The schema changes of a datastore that several components use. A release applies"
                            + " them once, before any of these; none of them brings its own then.",
                    "{dir: db/migrations}",
                    List.of(SHARED_FOLDER),
                    List.of(),
                    row -> row);

    private MigrationSections() {}

    static MigrationCommands commands(Row row, List<String> up) {
        return new MigrationCommands(
                up,
                row.find(DOWN).orElse(List.of()),
                row.find(STATUS).orElse(List.of()),
                row.find(PROBE).orElse(List.of()),
                row.find(PLAN).orElse(List.of()),
                row.get(TIMEOUT));
    }
}
