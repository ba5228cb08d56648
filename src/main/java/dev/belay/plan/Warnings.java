package dev.belay.plan;

import dev.belay.manifest.Strategy;
import dev.belay.release.DeployCommands;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a careful reader of a plan should know before saying yes.
final class Warnings {
    private Warnings() {}

    static List<String> of(Outline outline, List<Step> steps, int pointOfNoReturn) {
        var warnings = new ArrayList<String>();
        if (pointOfNoReturn > 0) {
            forwardOnly(outline, steps.get(pointOfNoReturn - 1), warnings);
        }
        Planner.untried(steps, outline.view(), outline.below())
                .forEach(title ->
                        warnings.add(
                                "%s: these very migrations have not ended well in `%s`, which `%s` asks for: a deploy is refused"
                                        .formatted(
                                                title,
                                                outline.view().gates().migratedIn(),
                                                outline.view().environment())));
        warnings.addAll(Showing.warnings(outline, steps));
        warnings.addAll(Promising.warnings(outline));
        for (Change schema : outline.schemas()) {
            schema(schema, outline, warnings);
        }
        warnings.addAll(outline.remarks());
        for (Change change : outline.changes()) {
            wayBack(change, warnings);
            schema(change, outline, warnings);
            warnings.addAll(ToolMigration.warnings(change, outline.kind()));
            downtime(change, warnings);
            canary(change, outline, warnings);
            shared(change, warnings);
            commands(change, warnings);
            tests(change, outline.has(Phase.VERIFY), warnings);
            strangers(change, warnings);
        }
        uncovered(outline, warnings);
        if (!outline.has(Phase.SOAK) && outline.kind() == Plan.Kind.DEPLOY) {
            warnings.add("without its soak nothing of this becomes a rollback target");
        }
        if (!outline.has(Phase.PREFLIGHT)) {
            warnings.add(
                    "without preflight nobody looks whether the artifacts for the way back exist");
        }
        return warnings;
    }

    private static void forwardOnly(Outline outline, Step step, List<String> warnings) {
        String from = "from step " + step.number() + " on there is no way back";
        Plan.Skip accepted = outline.accepted();
        if (accepted != null) {
            warnings.add("%s; %s accepted that: %s".formatted(from, accepted.by(), accepted.why()));
        } else if (outline.view().gates().wayBack()) {
            warnings.add(
                    "%s, which `%s` asks for: a deploy is refused without `--accept-no-way-back`"
                            .formatted(from, outline.view().environment()));
        }
    }

    /// The gate says more than it can keep.
    private static void uncovered(Outline outline, List<String> warnings) {
        if (outline.kind() != Plan.Kind.DEPLOY || !outline.view().gates().backup()) {
            return;
        }
        outline.changes().stream()
                .filter(change -> !change.ends())
                .flatMap(change -> change.needs().stream())
                .distinct()
                .sorted()
                .map(outline.view().datastores()::get)
                .filter(Objects::nonNull)
                .filter(one -> !one.isKept())
                .forEach(one ->
                        warnings.add(
                                one.dependency().engine().isBackedUp()
                                        ? "`%s` is not backed up: it has no `backup:`"
                                                .formatted(one.name())
                                        : "`%s` is not backed up: this version knows no backups of `%s`"
                                                .formatted(
                                                        one.name(),
                                                        one.dependency().engine().word())));
    }

    /// A judge without counts is none.
    private static void canary(Change change, Outline outline, List<String> warnings) {
        if (change.strategy() == Strategy.CANARY && !outline.counts(change)) {
            warnings.add(
                    "nobody counts what `%s` answers there: its steps as a canary end with their time"
                            .formatted(change.name()));
        }
    }

    private static void wayBack(Change change, List<String> warnings) {
        String name = "`" + change.name() + "`";
        var job = change.job();
        if (job != null) {
            warnings.add(name + " is a job: what it did stays when the release goes back");
            if (job.probe().isEmpty()) {
                warnings.add(
                        name
                                + " has no `probe`: if it is cut off in the middle, nobody can say"
                                + " whether it happened");
            }
        } else if (change.now() == null) {
            warnings.add(
                    name + " runs nothing yet: there is nothing to go back to, undone means gone");
        } else if (change.takesOver() && change.back() != null) {
            warnings.add(
                    "%s runs `%s`, which has not soaked: the way back leads past it to `%s`"
                            .formatted(
                                    name,
                                    change.now().revision().id(),
                                    change.back().revision().id()));
        } else if (!change.soaked()) {
            warnings.add(
                    "%s goes back to `%s`, which has not soaked"
                            .formatted(name, change.now().revision().id()));
        }
    }

    private static void schema(Change change, Outline outline, List<String> warnings) {
        String name = "`" + change.name() + "`";
        List<Migrations.One> fresh = change.freshMigrations();
        if (outline.kind() == Plan.Kind.DEPLOY && outline.has(Phase.MIGRATE)) {
            rehearsed(name, fresh, outline.verdict(change), outline, warnings);
        }
        for (Migrations.One one : fresh) {
            if (!one.oneWay().isEmpty()) {
                warnings.add(
                        name
                                + ": from migration "
                                + one
                                + " on there is no way back but a backup: "
                                + one.oneWay());
            }
        }
        List<Migrations.One> left = change.leftMigrations();
        if (!left.isEmpty()) {
            warnings.add(
                    name
                            + (outline.schemaBack()
                                    ? ": what only the newer schema holds is lost; taken back: "
                                    : ": the schema stays as it is; not taken back: ")
                            + left.stream()
                                    .map(Migrations.One::toString)
                                    .collect(Collectors.joining(", ")));
        }
    }

    private static void rehearsed(
            String name,
            List<Migrations.One> fresh,
            @Nullable SchemaVerdict verdict,
            Outline outline,
            List<String> warnings) {
        boolean gated = outline.view().gates().backup();
        if (fresh.isEmpty()) {
            return;
        }
        if (gated && !(outline.has(Phase.BACKUP) && outline.has(Phase.REHEARSE))) {
            warnings.add(
                    name
                            + " is migrated without "
                            + (outline.has(Phase.BACKUP) ? "a rehearsal" : "a backup of its own")
                            + ", which `"
                            + outline.view().environment()
                            + "` asks for");
        }
        if (verdict == null || !verdict.versions().equals(SchemaReturn.versions(fresh))) {
            if (gated && outline.has(Phase.REHEARSE)) {
                warnings.add(
                        "%s: its migrations were not rehearsed yet; `belay migrate plan %s` does, before anybody agrees"
                                .formatted(name, outline.view().environment()));
            }
            return;
        }
        warnings.add(
                "%s: rehearsed on backup `%s`, its migrations are %s; %s"
                        .formatted(
                                name,
                                verdict.backup(),
                                verdict.standing(),
                                verdict.plainRevert()
                                        ? "the release before runs on the new schema"
                                        : verdict.backIsExact()
                                                ? "the way back brings back what was"
                                                : "there is no way back but a backup"));
        verdict.findings().forEach(finding -> warnings.add(name + ": " + finding));
    }

    private static void downtime(Change change, List<String> warnings) {
        Deployment now = change.now();
        if (change.strategy() == Strategy.RECREATE
                && change.goal().revision().launch().schedule() == null
                && now != null
                && now.instances() > 0
                && !change.sameRevision()) {
            Launch launch = change.goal().revision().launch();
            Duration expected =
                    Times.SECOND.multipliedBy(2).plus(Times.readyExpected(launch.readiness()));
            Duration most =
                    Times.drain(now.revision().launch())
                            .plus(Times.stop(now.revision().launch()))
                            .plus(Times.ready(launch.readiness()));
            warnings.add(
                    "`%s` is down while it is recreated: about %s, at most %s"
                            .formatted(change.name(), Times.text(expected), Times.text(most)));
        }
    }

    /// What two revisions write to at once, while both run.
    private static void shared(Change change, List<String> warnings) {
        Deployment now = change.now();
        Launch.Container next = change.goal().revision().launch().container();
        Launch.Container before = now == null ? null : now.revision().launch().container();
        if (change.strategy() != Strategy.RECREATE
                && next != null
                && now != null
                && before != null
                && now.instances() > 0
                && !change.sameRevision()) {
            next.volumes().stream()
                    .filter(one -> !one.readOnly())
                    .filter(one ->
                            before.volumes().stream()
                                    .anyMatch(other ->
                                            other.name().equals(one.name())
                                                    && other.from().equals(one.from())))
                    .forEach(one ->
                            warnings.add(
                                    "`%s`: the old and the new revision have the volume `%s` at the same time"
                                            .formatted(change.name(), one.name())));
        }
    }

    /// What the commands cannot promise, as they are.
    private static void commands(Change change, List<String> warnings) {
        DeployCommands commands = change.goal().revision().launch().commands();
        if (commands == null || change.ends()) {
            return;
        }
        String name = "`" + change.name() + "`";
        if (!commands.tells()) {
            warnings.add(
                    name
                            + " has no `observe`: what a command that says nothing of its end did,"
                            + " nobody can say, and nobody sees what others do there");
        }
        if (!commands.tells() && commands.probe().isEmpty()) {
            warnings.add(
                    name + " has neither `observe` nor `probe`: it counts as ready once deployed");
        }
        if (commands.remove().isEmpty()) {
            warnings.add(name + " has no `remove`: whatever was deployed stays there");
        }
        if (!commands.separatesTraffic()) {
            warnings.add(
                    name
                            + " has no `promote`: its requests go to a new revision before anything"
                            + " of it was tested");
        }
    }

    private static void tests(Change change, boolean verify, List<String> warnings) {
        if (change.job() != null || change.ends()) {
            return;
        }
        if (change.goal().revision().launch().schedule() != null) {
            warnings.add(
                    "`%s` runs by the clock: only its first run shows whether it works"
                            .formatted(change.name()));
        } else if (!verify) {
            warnings.add("`" + change.name() + "` is not tested: verify is left out");
        } else if (change.goal().smoke().isEmpty()) {
            warnings.add(
                    "`"
                            + change.name()
                            + "` has no smoke tests: only its health check says that it works");
        }
    }

    private static void strangers(Change change, List<String> warnings) {
        change.running()
                .forEach((id, count) -> {
                    if (count > 0 && !change.known().containsKey(id)) {
                        warnings.add(
                                "`%s` also runs %d × `%s`, which no release of it brought: left"
                                                .formatted(change.name(), count, id)
                                        + " alone");
                    }
                });
    }
}
