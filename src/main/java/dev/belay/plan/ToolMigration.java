package dev.belay.plan;

import dev.belay.plan.Drafts.Draft;
import dev.belay.problem.ShellWords;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The step by which another tool than Belay changes a component's schema: before anything of the
/// new revision starts, and undone after everything of it has ended.
final class ToolMigration {
    /// For one look at where the schema is, when nothing could take it back anyway.
    private static final Duration LOOK_LIMIT = Duration.ofMinutes(2);

    private ToolMigration() {}

    /// Empty where the tool has run for this artifact already.
    static Optional<Draft> draft(Change change) {
        MigratedBy tool = change.freshTool();
        if (tool == null) {
            return Optional.empty();
        }
        MigrationCommands by = tool.commands();
        Revision goal = change.goal().revision();
        String datastore = tool.datastore().name();
        return Optional.of(
                new Draft(
                        "%s: migrate `%s` by `%s`"
                                .formatted(change.name(), datastore, ShellWords.of(by.up())),
                        Phase.MIGRATE,
                        new Work.MigrateByCommand(goal, datastore, by),
                        undo(goal, datastore, by),
                        by.timeout(),
                        by.timeout().dividedBy(10)));
    }

    /// Whether it would still do what it said; empty where it said nothing, or has nothing to do.
    static Optional<Draft> foreseen(Change change, Outline outline) {
        MigratedBy tool = change.freshTool();
        String printed = outline.foreseen().get(change.name());
        if (tool == null || printed == null || !outline.has(Phase.MIGRATE)) {
            return Optional.empty();
        }
        return Optional.of(
                new Draft(
                        "%s: `%s` prints what it printed for this plan"
                                .formatted(change.name(), ShellWords.of(tool.commands().plan())),
                        Phase.MIGRATE,
                        new Work.Foreseen(
                                change.goal().revision(),
                                tool.datastore().name(),
                                tool.commands(),
                                printed),
                        LOOK_LIMIT,
                        Times.SECOND));
    }

    private static Undo undo(Revision goal, String datastore, MigrationCommands by) {
        if (by.status().isEmpty()) {
            return new Undo.Impossible("`" + ShellWords.of(by.up()) + "` has no `down`");
        }
        Duration limit =
                by.down().isEmpty() && LOOK_LIMIT.compareTo(by.timeout()) < 0
                        ? LOOK_LIMIT
                        : by.timeout();
        return new Undo.Apply(new Work.TakeBackByCommand(goal, datastore, by), limit);
    }

    static List<String> warnings(Change change, Plan.Kind kind) {
        String name = "`" + change.name() + "`";
        MigratedBy tool = change.freshTool();
        var warnings = new ArrayList<String>();
        if (kind == Plan.Kind.ROLLBACK) {
            MigratedBy before = change.now() == null ? null : change.now().migratedBy();
            if (before != null && !before.equals(change.goal().migratedBy())) {
                warnings.add(
                        "%s: the schema stays as `%s` of the newer artifact left it"
                                .formatted(name, ShellWords.of(before.commands().up())));
            }
        } else if (tool != null) {
            forward(name, tool.commands(), warnings);
        }
        return warnings;
    }

    private static void forward(String name, MigrationCommands by, List<String> warnings) {
        String up = "`" + ShellWords.of(by.up()) + "`";
        if (by.status().isEmpty()) {
            warnings.add(
                    "%s: from %s on there is no way back but a backup: it has no `down`"
                            .formatted(name, up));
        } else if (by.down().isEmpty()) {
            warnings.add(
                    "%s: if %s changes the schema there is no way back but a backup: it has no `down`"
                            .formatted(name, up));
        }
        if (by.probe().isEmpty()) {
            warnings.add(
                    "%s: %s has no `probe`: if it is cut off in the middle, nobody can say whether it"
                                    .formatted(name, up)
                            + " happened");
        }
    }
}
