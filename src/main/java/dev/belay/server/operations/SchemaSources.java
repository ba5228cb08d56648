package dev.belay.server.operations;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.postgres.MigrationTexts;
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

/// Reads migrations of components and datastores, and keeps them in the artifact store, so that
/// what a plan names is what runs, whatever becomes of the files.
public final class SchemaSources {
    private static final String NO_WAY_BACK = "its file has none";

    private final ArtifactStore artifacts;

    public SchemaSources(ArtifactStore artifacts) {
        this.artifacts = artifacts;
    }

    /// The owner's, kept.
    ///
    /// @throws Denied when there is something wrong with them
    Migrations of(EnvironmentView view, SchemaOwner owner) {
        try {
            Digest files = artifacts.put(folder(view, owner), List.of());
            // What is kept is what is planned, whatever was written meanwhile.
            MigrationSet set = checked(owner, artifacts.unpack(files));
            return new Migrations(
                    owner.set(),
                    owner.datastore().dependency(),
                    files,
                    set.migrations().stream().map(SchemaSources::one).toList());
        } catch (IOException e) {
            throw unreadable(owner, e);
        }
    }

    /// What is wrong with the owner's, as far as it stands there before anything is built: a wrong
    /// file is to cost no build.
    List<Problem> problems(EnvironmentView view, SchemaOwner owner) {
        if (owner.isBuilt(view)) {
            return List.of();
        }
        try {
            MigrationSet _ = read(view, owner);
            return List.of();
        } catch (Denied denied) {
            if (denied.no() instanceof No.Problems(List<Problem> problems)) {
                return problems;
            }
            throw denied;
        } catch (IOException e) {
            throw unreadable(owner, e);
        }
    }

    private static Denied unreadable(SchemaOwner owner, IOException because) {
        return denied(
                "migrations/unreadable",
                owner.place(),
                "the migrations in `"
                        + owner.files().dir()
                        + "` cannot be read: "
                        + because.getMessage(),
                "");
    }

    /// The files as they are now.
    ///
    /// @throws Denied when there is something wrong with them
    static MigrationSet read(EnvironmentView view, SchemaOwner owner) throws IOException {
        return checked(owner, folder(view, owner));
    }

    private static Path folder(EnvironmentView view, SchemaOwner owner) {
        MigrationFolder wanted = owner.files();
        Path folder = view.folder().resolve(wanted.dir());
        if (!Files.isDirectory(folder)) {
            throw denied(
                    "migrations/folder-missing",
                    owner.place(),
                    "there is no folder `" + wanted.dir() + "`",
                    "make it, with a file as `0001_first.up.sql`");
        }
        return folder;
    }

    private static MigrationSet checked(SchemaOwner owner, Path folder) throws IOException {
        MigrationFolder wanted = owner.files();
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
                    owner.place(),
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
        return new Migrations.One(
                migration.version().text(),
                migration.name(),
                oneWay,
                migration.up().script().isContract());
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
