package dev.belay.server.operations;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.DatastoreBackups;
import dev.belay.driver.postgres.LoadReport;
import dev.belay.driver.postgres.RehearsalOutcome;
import dev.belay.driver.postgres.RehearsalReport;
import dev.belay.driver.postgres.Rehearsals;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.DueMigrations;
import dev.belay.plan.Inventory;
import dev.belay.plan.Planner;
import dev.belay.release.Actor;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Migrations;
import dev.belay.release.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tries what a release would do to the schemas, before anybody asks for the release: on copies of
/// the data. What it shows is what the next plan is made with.
public final class SchemaPlanning {
    /// A copy of data that is older would say less of how long things take, and of what is in them.
    private static final Duration COPY_OF = Duration.ofHours(24);

    private final Vault vault;
    private final DatastoreBackups backups;
    private final Rehearsals rehearsals;
    private final Wanted wanted;
    private final InventoryReader inventory;
    private final SchemaDrift drift;
    private final StoreDoor door;

    /// Where the migrations come from that a release would bring: the folder, or the environment
    /// below.
    public record Wanted(SchemaSources folder, Promotion promotion) {}

    public SchemaPlanning(
            Vault vault,
            DatastoreBackups backups,
            Rehearsals rehearsals,
            Wanted wanted,
            InventoryReader inventory,
            SchemaDrift drift,
            StoreDoor door) {
        this.vault = vault;
        this.backups = backups;
        this.rehearsals = rehearsals;
        this.wanted = wanted;
        this.inventory = inventory;
        this.drift = drift;
        this.door = door;
    }

    /// One component's migrations, or one datastore's that all share.
    ///
    /// @param migrations that a release would bring, as `0007 add_total`
    /// @param lines what the rehearsal showed; empty when nothing is to be done
    /// @param load what those would feel who use the database meanwhile; null when nothing is to be
    ///   done
    public record Planned(
            String component,
            String datastore,
            List<String> migrations,
            List<String> lines,
            @Nullable LoadReport load) {
        public Planned {
            migrations = List.copyOf(migrations);
            lines = List.copyOf(lines);
        }
    }

    /// What all of them come to.
    public record All(List<Planned> components) {
        public All {
            components = List.copyOf(components);
        }
    }

    /// Rehearses what is new.
    ///
    /// @throws Denied when something is wrong with the files, or a database cannot be copied
    public Object plan(EnvironmentView view, Actor by, Consumer<String> progress) {
        return vault.follow(
                "migrate plan " + view.environment(),
                Vault.deed(by, "rehearsal", view, Map.of()),
                says -> rehearseAll(view, says),
                progress);
    }

    private Vault.Ending rehearseAll(EnvironmentView view, Consumer<String> progress)
            throws DataFailure, IOException, InterruptedException {
        var all = new ArrayList<Planned>();
        SequencedMap<String, Pending> pending = new LinkedHashMap<>();
        Map<String, Migrations> sets = new LinkedHashMap<>();
        var owners = new ArrayList<SchemaOwner>();
        for (SchemaOwner owner : SchemaOwner.all(view)) {
            Migrations to = kept(view, owner);
            if (to != null) {
                owners.add(owner);
                sets.put(owner.name(), to);
            }
        }
        Inventory now = drift.corrected(inventory.read(view, false), sets);
        for (SchemaOwner owner : owners) {
            Migrations to = Objects.requireNonNull(sets.get(owner.name()));
            DueMigrations due = due(to, now, owner);
            DueMigrations.Refusal refusal = due.refusal();
            if (refusal != null) {
                return new Vault.Ending.Bad(refusal.what(), refusal.hint());
            }
            if (due.fresh().isEmpty()) {
                all.add(
                        new Planned(
                                owner.name(),
                                owner.datastore().name(),
                                List.of(),
                                List.of(),
                                null));
            } else {
                pending.put(owner.name(), new Pending(owner, due.to(), due.fresh()));
            }
        }
        for (List<Pending> together : together(view, pending)) {
            String names =
                    together.stream()
                            .map(one -> one.owner().name())
                            .collect(Collectors.joining(" and "));
            Consumer<String> says = line -> progress.accept(names + ": " + line);
            switch (rehearse(view, together, says)) {
                case RehearsalOutcome.Reported(RehearsalReport report) -> {
                    for (Pending one : together) {
                        var lines = new ArrayList<>(report.lines());
                        if (together.size() > 1) {
                            lines.add("rehearsed together: " + names + ", in this order");
                        }
                        all.add(
                                new Planned(
                                        one.owner().name(),
                                        one.owner().datastore().name(),
                                        one.fresh().stream().map(Migrations.One::toString).toList(),
                                        lines,
                                        report.underLoad()));
                    }
                }
                case RehearsalOutcome.Refused(String reason, String hint) -> {
                    return new Vault.Ending.Bad(reason, hint);
                }
            }
        }
        return new Vault.Ending.Good(new All(all));
    }

    private record Pending(SchemaOwner owner, Migrations to, List<Migrations.One> fresh) {}

    /// What one release would do to one datastore, in its order.
    private static List<List<Pending>> together(
            EnvironmentView view, SequencedMap<String, Pending> pending) {
        var all = new ArrayList<List<Pending>>();
        for (Pending one : pending.values()) {
            if (one.owner().scope().kind() == Scope.Kind.DATASTORE) {
                all.add(List.of(one));
            }
        }
        for (List<String> release : Planner.together(view, pending.keySet())) {
            SequencedMap<String, List<Pending>> byDatastore = new LinkedHashMap<>();
            for (String name : release) {
                Pending one = Objects.requireNonNull(pending.get(name));
                byDatastore
                        .computeIfAbsent(one.owner().datastore().name(), _ -> new ArrayList<>())
                        .add(one);
            }
            all.addAll(byDatastore.values());
        }
        return all;
    }

    private RehearsalOutcome rehearse(
            EnvironmentView view, List<Pending> together, Consumer<String> says)
            throws DataFailure, IOException, InterruptedException {
        Datastore datastore = together.getFirst().owner().datastore();
        BackupPolicy policy = datastore.backup().policy();
        if (backups.make(view.environment(), policy, COPY_OF, says)
                instanceof BackupOutcome.Refused(String reason, String hint)) {
            return new RehearsalOutcome.Refused(
                    "`%s` cannot be backed up: %s".formatted(datastore.name(), reason), hint);
        }
        return rehearsals.rehearse(
                view.environment(),
                together.stream()
                        .map(one ->
                                new Rehearsals.Pending(
                                        one.to(),
                                        one.fresh().stream().map(Migrations.One::version).toList()))
                        .toList(),
                policy,
                says);
    }

    /// Kept like a release's: what was rehearsed is what is planned next.
    private @Nullable Migrations kept(EnvironmentView view, SchemaOwner owner) {
        try (var _ = door.among()) {
            return wanted.promotion()
                    .migrations(view, owner, () -> wanted.folder().of(view, owner));
        }
    }

    /// What the next release would bring; contract steps where nothing else is new, so that who
    /// means to bring them sees what they do.
    private static DueMigrations due(Migrations to, Inventory now, SchemaOwner owner) {
        boolean shared = owner.scope().kind() == Scope.Kind.DATASTORE;
        Inventory.Component past = (shared ? now.datastores() : now.components()).get(owner.name());
        Set<String> brought = now.brought().getOrDefault(to.set(), Set.of());
        var due = DueMigrations.of(to, past, brought, false);
        if (!due.fresh().isEmpty() || due.waiting().isEmpty()) {
            return due;
        }
        var asked = DueMigrations.of(to, past, brought, true);
        return asked.refusal() == null ? asked : due;
    }
}
