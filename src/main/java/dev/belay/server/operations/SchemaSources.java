package dev.belay.server.operations;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.postgres.MigrationTexts;
import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationFolder;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.Span;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads components' migrations and keeps them in the artifact store, so that what a plan names is
/// what runs, whatever becomes of the files.
public final class SchemaSources {
    private static final String NO_WAY_BACK = "its file has none";

    private final ArtifactStore artifacts;

    public SchemaSources(ArtifactStore artifacts) {
        this.artifacts = artifacts;
    }

    /// The component's; null when it has none here, or applies them by commands of its own.
    ///
    /// @throws Denied when there is something wrong with them
    @Nullable Migrations of(EnvironmentView view, Component component) {
        if (!(component.migrations() instanceof MigrationFolder wanted)) {
            return null;
        }
        Datastore datastore = view.datastores().get(wanted.datastore());
        if (datastore == null) {
            return null;
        }
        try {
            Digest files = artifacts.put(folder(view, component, wanted), List.of());
            // What is kept is what is planned, whatever was written meanwhile.
            MigrationSet set = checked(component, wanted, artifacts.unpack(files));
            return new Migrations(
                    set(view, component),
                    datastore.dependency(),
                    files,
                    set.migrations().stream().map(SchemaSources::one).toList());
        } catch (IOException e) {
            throw unreadable(component, wanted, e);
        }
    }

    /// What is wrong with the component's, as far as it stands there before anything is built: a
    /// wrong file is to cost no build.
    List<Problem> problems(EnvironmentView view, Component component) {
        if (!(component.migrations() instanceof MigrationFolder wanted)
                || !view.datastores().containsKey(wanted.datastore())
                || isBuilt(view, component, wanted)) {
            return List.of();
        }
        try {
            MigrationSet _ = read(view, component, wanted);
            return List.of();
        } catch (Denied denied) {
            if (denied.no() instanceof No.Problems(List<Problem> problems)) {
                return problems;
            }
            throw denied;
        } catch (IOException e) {
            throw unreadable(component, wanted, e);
        }
    }

    /// Whether the component's build makes the folder, or what is in it.
    private static boolean isBuilt(
            EnvironmentView view, Component component, MigrationFolder wanted) {
        Build build = component.build();
        Path folder = view.folder().resolve(wanted.dir()).normalize();
        Path output = view.folder().resolve(build.output()).normalize();
        // An output that is the sources' own folder holds what somebody wrote.
        boolean apart = !view.folder().resolve(build.dir()).normalize().startsWith(output);
        boolean within = apart && folder.startsWith(output);
        return !build.run().isEmpty() && (within || !Files.isDirectory(folder));
    }

    private static Denied unreadable(
            Component component, MigrationFolder wanted, IOException because) {
        return denied(
                "migrations/unreadable",
                component.source().at("migrations", "dir"),
                "the migrations in `" + wanted.dir() + "` cannot be read: " + because.getMessage(),
                "");
    }

    /// Whose migrations they are, in a database that may have several: not the environment's, as
    /// databases are copied from one to another.
    static String set(EnvironmentView view, Component component) {
        return view.platform() + "/" + component.name();
    }

    /// The files as they are now.
    ///
    /// @throws Denied when there is something wrong with them
    static MigrationSet read(EnvironmentView view, Component component, MigrationFolder wanted)
            throws IOException {
        return checked(component, wanted, folder(view, component, wanted));
    }

    private static Path folder(EnvironmentView view, Component component, MigrationFolder wanted) {
        Path folder = view.folder().resolve(wanted.dir());
        if (!Files.isDirectory(folder)) {
            throw denied(
                    "migrations/folder-missing",
                    component.source().at("migrations", "dir"),
                    "there is no folder `" + wanted.dir() + "`",
                    "make it, with a file as `0001_first.up.sql`");
        }
        return folder;
    }

    private static MigrationSet checked(Component component, MigrationFolder wanted, Path folder)
            throws IOException {
        MigrationSet.Read read = MigrationSet.read(MigrationTexts.read(folder));
        if (!read.problems().isEmpty()) {
            throw new Denied(
                    new No.Problems(
                            read.problems().stream()
                                    .map(one -> below(wanted.dir(), one))
                                    .toList()));
        }
        if (read.set().migrations().isEmpty()) {
            throw denied(
                    "migrations/folder-empty",
                    component.source().at("migrations", "dir"),
                    "there is no migration in `" + wanted.dir() + "`",
                    "add one as `0001_first.up.sql`, or leave `migrations` out");
        }
        return read.set();
    }

    private static Denied denied(String code, Place place, String message, String hint) {
        return new Denied(new No.Problems(List.of(new Problem(code, place, message, hint))));
    }

    static Migrations.One one(Migration migration) {
        String oneWay =
                switch (migration.back()) {
                    case Migration.Back.Down _ -> "";
                    case Migration.Back.Irreversible(String because) ->
                            because.isEmpty() ? NO_WAY_BACK : because;
                    case Migration.Back.Missing() -> NO_WAY_BACK;
                };
        return new Migrations.One(migration.version().text(), migration.name(), oneWay);
    }

    private static Problem below(String folder, Problem problem) {
        if (!(problem.place() instanceof Place.Line(Span span, String text))) {
            return problem;
        }
        String file = folder + "/" + span.file();
        var moved = new Span(file, span.line(), span.column(), span.end());
        return new Problem(
                problem.code(), new Place.Line(moved, text), problem.message(), problem.hint());
    }
}
