package dev.belay.server.operations;

import dev.belay.driver.postgres.AdoptionWish;
import dev.belay.driver.postgres.MigrationOutcome;
import dev.belay.driver.postgres.MigrationTexts;
import dev.belay.driver.postgres.PostgresDatabases;
import dev.belay.driver.postgres.PostgresFailure;
import dev.belay.journal.Journal;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationFolder;
import dev.belay.problem.Nearest;
import dev.belay.release.Actor;
import dev.belay.release.Migrations;
import dev.belay.schema.migration.Adoption;
import dev.belay.schema.migration.EarlierTool;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Takes over schemas that another tool, or a person, brought where they are: the ledger is told
/// what is applied, and nothing is carried out.
public final class Adopting {
    private final PostgresDatabases databases;
    private final Journal journal;

    public Adopting(PostgresDatabases databases, Journal journal) {
        this.databases = databases;
        this.journal = journal;
    }

    /// What is wanted.
    ///
    /// @param component whose files they are: a component, or a datastore whose schema all share
    /// @param to the last version that is applied; empty where the tool's history says it
    /// @param dryRun whether to look only
    /// @param shown the versions that somebody looked at before; empty where nobody did
    public record Wish(
            String component,
            String to,
            EarlierTool from,
            boolean dryRun,
            List<String> shown,
            Actor by) {
        public Wish {
            shown = List.copyOf(shown);
        }
    }

    /// What the ledger says now, or would.
    ///
    /// @param set the name that it stands under
    /// @param written false after looking only
    /// @param pending what a release applies next
    public record Adopted(
            String component,
            String datastore,
            String set,
            boolean written,
            List<Migrations.One> adopted,
            List<Migrations.One> pending,
            List<String> remarks) {
        public Adopted {
            adopted = List.copyOf(adopted);
            pending = List.copyOf(pending);
            remarks = List.copyOf(remarks);
        }
    }

    /// Writes it, or looks only.
    ///
    /// @throws Denied when it cannot be done, or is not what was shown
    public Adopted adopt(EnvironmentView view, Wish wish) {
        SchemaOwner owner = owner(view, wish.component());
        AdoptionWish wanted = wanted(view, owner, wish);
        try {
            Adoption found =
                    databases.adoptable(
                            owner.set(),
                            owner.datastore().dependency(),
                            view.environment(),
                            wanted);
            return switch (found) {
                case Adoption.Refused(String reason, String hint) ->
                        throw Denied.refusal(reason, hint);
                case Adoption.Ready(List<Migration> adopted, List<String> remarks) -> {
                    if (!wish.dryRun()) {
                        write(view, owner, among(wanted, adopted), wish.by());
                    }
                    yield new Adopted(
                            owner.name(),
                            owner.datastore().name(),
                            owner.set(),
                            !wish.dryRun(),
                            adopted.stream().map(SchemaSources::one).toList(),
                            wanted.files().migrations().stream()
                                    .filter(one -> !adopted.contains(one))
                                    .map(SchemaSources::one)
                                    .toList(),
                            remarks);
                }
            };
        } catch (PostgresFailure e) {
            throw Denied.failure(String.valueOf(e.getMessage()), e.hint());
        }
    }

    private static SchemaOwner owner(EnvironmentView view, String name) {
        boolean known = view.components().containsKey(name) || view.datastores().containsKey(name);
        if (!known) {
            var names = new TreeSet<>(view.components().keySet());
            names.addAll(view.sharedSchemas());
            throw Denied.unknown(
                    "request/unknown-component",
                    "component",
                    name,
                    "`" + view.platform() + "` has no such component",
                    Nearest.hint(name, names));
        }
        return SchemaOwner.named(view, name)
                .orElseThrow(() ->
                        Denied.refusal(
                                "`" + name + "` has no folder of migrations",
                                "name one as its `migrations: {dir: …}`; what other tools apply,"
                                        + " their own ledger knows"));
    }

    /// What is answered is what is written, though the two are read one after the other.
    private static AdoptionWish among(AdoptionWish wish, List<Migration> adopted) {
        List<String> shown =
                wish.shown().isEmpty()
                        ? adopted.stream().map(one -> one.version().text()).toList()
                        : wish.shown();
        return new AdoptionWish(wish.files(), wish.texts(), wish.from(), wish.to(), shown);
    }

    private void write(EnvironmentView view, SchemaOwner owner, AdoptionWish wish, Actor by)
            throws PostgresFailure {
        String environment = view.environment();
        // Not a new one, which only a release is given: the next of them is greater than this.
        long token = journal.token(owner.scope());
        switch (databases.adopt(
                owner.set(),
                owner.datastore().dependency(),
                environment,
                wish,
                token,
                by.subject())) {
            case MigrationOutcome.Done _ -> {}
            case MigrationOutcome.Refused(var reason, var hint, boolean _, boolean _) ->
                    throw Denied.refusal(reason, hint);
            case MigrationOutcome.Busy(String because) ->
                    throw Denied.refusal(because, "ask again when it is done");
            case MigrationOutcome.Stale(long last) ->
                    throw Denied.refusal(
                            "`%s` was migrated with token %d, and the last given out here is %d"
                                    .formatted(owner.set(), last, token),
                            "if a release is under way, ask again after it; else this control plane"
                                    + " is not the one that migrates there");
            case MigrationOutcome.Failed _, MigrationOutcome.Partial _ ->
                    throw new IllegalStateException("an adoption carries nothing out");
        }
    }

    private static AdoptionWish wanted(EnvironmentView view, SchemaOwner owner, Wish wish) {
        MigrationFolder folder = owner.files();
        try {
            MigrationSet files = SchemaSources.read(view, owner);
            Map<String, String> texts = MigrationTexts.read(view.folder().resolve(folder.dir()));
            MigrationVersion to = wish.to().isEmpty() ? null : version(wish.to(), files, folder);
            return new AdoptionWish(files, texts, wish.from(), to, wish.shown());
        } catch (IOException e) {
            throw Denied.failure(
                    "the migrations in `" + folder.dir() + "` cannot be read: " + e.getMessage(),
                    "");
        }
    }

    private static MigrationVersion version(
            String text, MigrationSet files, MigrationFolder folder) {
        return MigrationVersion.parse(text)
                .filter(one -> files.find(one).isPresent())
                .orElseThrow(() ->
                        Denied.unknown(
                                "request/unknown-version",
                                "version",
                                text,
                                "there is no file of it in `" + folder.dir() + "`",
                                "the last is " + files.migrations().getLast()));
    }
}
