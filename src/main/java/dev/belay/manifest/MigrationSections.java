package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.choice;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.util.List;
import java.util.Set;

/// How a component's schema changes are written down.
final class MigrationSections {
    /// What carries them out.
    enum Tool {
        SQL,
        FLYWAY
    }

    static final Key<String> DATASTORE =
            Key.of("datastore", NAME, "Datastore that is migrated; one of engine `postgres`.")
                    .asRequired();
    static final Key<Tool> TOOL =
            Key.of(
                            "tool",
                            choice(Tool.class, Set.of(Tool.FLYWAY)),
                            "What runs them: `sql` is Belay itself.")
                    .fallback("sql");
    static final Key<String> FOLDER =
            Key.of("dir", PATH, "Folder of the migrations, relative to the component's `dir`.")
                    .fallback("migrations");

    static final Fields<Row> MIGRATIONS =
            Fields.of(
                    "migrations",
                    "How a component's schema changes are applied.",
                    "{datastore: postgres, tool: sql, dir: db/migrations}",
                    List.of(
                            DATASTORE,
                            TOOL,
                            FOLDER,
                            Key.of(
                                            "command",
                                            Fields.of(
                                                    "migration-command",
                                                    "Commands in place of a tool.",
                                                    "{up: pnpm db:migrate, down: pnpm db:rollback}",
                                                    List.of(
                                                            Key.of("up", COMMAND, "Applies.")
                                                                    .asRequired(),
                                                            Key.of("down", COMMAND, "Takes back."),
                                                            Key.of(
                                                                    "probe",
                                                                    COMMAND,
                                                                    "Says whether it is applied.")),
                                                    List.of(),
                                                    row -> row),
                                            "Own commands.")
                                    .asNotYet()),
                    List.of(),
                    row -> row);

    private MigrationSections() {}
}
