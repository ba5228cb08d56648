package dev.belay.plan;

import dev.belay.manifest.Datastore;
import dev.belay.manifest.Strategy;
import dev.belay.plan.Drafts.Draft;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Migrations;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What comes before anything of a release touches data, where the environment asks for it: backups
/// that were restored, and rehearsals of the migrations on copies made of them.
final class DataSafety {
    /// Whoever migrates goes back to this very moment, or nearly: what is written after the backup
    /// would be lost.
    private static final Duration BEFORE_A_MIGRATION = Duration.ofMinutes(15);

    /// A daily one, with some time to make it.
    private static final Duration OTHERWISE = Duration.ofHours(26);

    private final Outline outline;
    private final Drafts drafts;
    private final Scope lead;

    DataSafety(Outline outline, Drafts drafts, Scope lead) {
        this.outline = outline;
        this.drafts = drafts;
        this.lead = lead;
    }

    /// Lays the steps; returns what comes after them.
    Set<Integer> lay(Set<Integer> after) {
        if (outline.kind() != Plan.Kind.DEPLOY) {
            return outline.view().gates().backup() ? returning(after) : after;
        }
        return foreseen(outline.view().gates().backup() ? gated(after) : after);
    }

    /// Backups alone, for what grew old since.
    Set<Integer> again(Set<Integer> after) {
        boolean asked = outline.view().gates().backup() && outline.has(Phase.BACKUP);
        return asked ? backups(outline.migrating(), after) : after;
    }

    /// Last of all, as what they say is of this moment.
    private Set<Integer> foreseen(Set<Integer> after) {
        List<Change> tools =
                outline.changes().stream()
                        .filter(change -> ToolMigration.foreseen(change, outline).isPresent())
                        .toList();
        Set<Integer> start = drafts.meet("the data are safe", after, tools.size(), lead);
        var ends = new TreeSet<Integer>();
        for (Change change : tools) {
            ends.add(
                    drafts.add(
                            ToolMigration.foreseen(change, outline).orElseThrow(),
                            change.scope(),
                            change.responsible(),
                            start));
        }
        return ends.isEmpty() ? after : ends;
    }

    private Set<Integer> gated(Set<Integer> after) {
        List<Outline.Migrating> migrating = outline.migrating();
        Set<Integer> backedUp = outline.has(Phase.BACKUP) ? backups(migrating, after) : after;
        return outline.has(Phase.REHEARSE) ? rehearsals(migrating, backedUp) : backedUp;
    }

    private Set<Integer> backups(List<Outline.Migrating> migrating, Set<Integer> after) {
        SortedMap<String, BackupPolicy> wanted = new TreeMap<>();
        Set<String> migrated = new TreeSet<>();
        for (Change change : outline.all()) {
            if (!change.ends()) {
                change.needs().forEach(name -> want(name, wanted));
            }
        }
        for (Outline.Migrating one : migrating) {
            want(one.to().datastore().name(), wanted);
            migrated.add(one.to().datastore().name());
        }
        for (Change change : outline.changes()) {
            MigratedBy tool = change.freshTool();
            if (tool != null && outline.has(Phase.MIGRATE)) {
                want(tool.datastore().name(), wanted);
                migrated.add(tool.datastore().name());
            }
        }
        var ends = new TreeSet<Integer>();
        wanted.forEach((name, policy) -> {
            boolean migrates = migrated.contains(name);
            Duration atMost = migrates ? BEFORE_A_MIGRATION : OTHERWISE;
            ends.add(
                    drafts.add(
                            new Draft(
                                    "`%s` has a backup that was restored%s, at most %s old"
                                            .formatted(
                                                    name,
                                                    policy.scratch().isEmpty()
                                                            ? ""
                                                            : " on its scratch server",
                                                    Times.text(atMost)),
                                    Phase.BACKUP,
                                    new Work.BackedUp(policy, atMost, migrates),
                                    Times.BACKUP_LIMIT,
                                    Times.SECOND.multipliedBy(30)),
                            lead,
                            outline.keeper(name),
                            after));
        });
        return ends.isEmpty() ? after : ends;
    }

    /// Of a rollback that takes schemas back: what was tried on a copy of the rows of today.
    private Set<Integer> returning(Set<Integer> after) {
        var ends = new TreeSet<Integer>();
        for (Change change : outline.returning()) {
            Migrations from = Objects.requireNonNull(change.now()).migrations();
            Datastore datastore =
                    from == null ? null : outline.view().datastores().get(from.datastore().name());
            if (from == null || datastore == null) {
                continue;
            }
            String name = datastore.name();
            BackupPolicy policy = datastore.backup().policy();
            int backup =
                    drafts.add(
                            new Draft(
                                    "`%s` has a backup that was restored, at most %s old"
                                            .formatted(name, Times.text(BEFORE_A_MIGRATION)),
                                    Phase.BACKUP,
                                    new Work.BackedUp(policy, BEFORE_A_MIGRATION, true),
                                    Times.BACKUP_LIMIT,
                                    Times.SECOND.multipliedBy(30)),
                            change.scope(),
                            outline.keeper(name),
                            after);
            List<Migrations.One> left = change.leftMigrations();
            ends.add(
                    drafts.add(
                            new Draft(
                                    "%s: rehearse the way back of %s on a copy of `%s`"
                                            .formatted(change.name(), Course.words(left), name),
                                    Phase.REHEARSE,
                                    new Work.ReturnRehearsed(
                                            from, SchemaReturn.versions(left), policy),
                                    Times.BACKUP_LIMIT,
                                    Times.SECOND.multipliedBy(30)),
                            change.scope(),
                            change.responsible(),
                            Set.of(backup)));
        }
        return ends.isEmpty() ? after : ends;
    }

    private void want(String name, SortedMap<String, BackupPolicy> wanted) {
        Datastore datastore = outline.view().datastores().get(name);
        if (datastore != null && datastore.isKept()) {
            wanted.put(name, datastore.backup().policy());
        }
    }

    /// One for each datastore: what a release does to a database meets on the copy, too.
    private Set<Integer> rehearsals(List<Outline.Migrating> migrating, Set<Integer> after) {
        SequencedMap<String, List<Outline.Migrating>> byDatastore = new LinkedHashMap<>();
        for (Outline.Migrating one : migrating) {
            byDatastore
                    .computeIfAbsent(one.to().datastore().name(), _ -> new ArrayList<>())
                    .add(one);
        }
        if (byDatastore.isEmpty()) {
            return after;
        }
        Set<Integer> start = drafts.meet("the backups are there", after, byDatastore.size(), lead);
        var ends = new TreeSet<Integer>();
        byDatastore.forEach((name, parts) -> {
            Change first = parts.getFirst().change();
            BackupPolicy policy = outline.view().datastore(name).backup().policy();
            String where = policy.scratch().isEmpty() ? "" : " on its scratch server";
            ends.add(
                    drafts.add(
                            new Draft(
                                    title(name, parts) + where,
                                    Phase.REHEARSE,
                                    new Work.Rehearsed(
                                            parts.stream().map(this::part).toList(),
                                            policy,
                                            parts.stream()
                                                    .anyMatch(one -> overlaps(one.change(), name))),
                                    Times.BACKUP_LIMIT,
                                    Times.SECOND.multipliedBy(30)),
                            first.scope(),
                            parts.size() == 1 ? first.responsible() : outline.keeper(name),
                            start));
        });
        return ends;
    }

    private Work.Rehearsed.Part part(Outline.Migrating one) {
        return new Work.Rehearsed.Part(
                one.to(),
                one.versions(),
                SchemaReturn.of(one.to(), one.fresh(), outline.verdict(one.change())).back());
    }

    private static String title(String datastore, List<Outline.Migrating> parts) {
        Outline.Migrating only = parts.getFirst();
        if (parts.size() == 1 && !only.change().isDatastore()) {
            return only.change().name() + ": rehearse " + Course.words(only.fresh());
        }
        return "rehearse %s on a copy of `%s`"
                .formatted(
                        parts.stream()
                                .map(one ->
                                        one.change().isDatastore()
                                                ? Course.words(one.fresh())
                                                : "%s of %s"
                                                        .formatted(
                                                                Course.words(one.fresh()),
                                                                one.change().name()))
                                .collect(Collectors.joining(", then ")),
                        datastore);
    }

    /// Whether anybody uses the old schema's release while the new schema is there already: the
    /// component itself, or another one on the same datastore.
    private boolean overlaps(Change change, String datastore) {
        if (change.isDatastore()) {
            return outline.view().usersOf(datastore).stream()
                    .anyMatch(user ->
                            outline.changes().stream()
                                    .filter(one -> one.name().equals(user.name()))
                                    .findFirst()
                                    .map(DataSafety::overlaps)
                                    .orElse(true));
        }
        return overlaps(change)
                || outline.view().components().values().stream()
                        .filter(other -> !other.name().equals(change.name()))
                        .anyMatch(other -> other.uses().contains(datastore));
    }

    private static boolean overlaps(Change change) {
        Deployment now = change.now();
        return now != null && !now.isEnded() && change.strategy() != Strategy.RECREATE;
    }
}
