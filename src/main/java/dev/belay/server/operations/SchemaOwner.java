package dev.belay.server.operations;

import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationFolder;
import dev.belay.problem.Place;
import dev.belay.release.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Whoever has files of migrations: a component, or a datastore whose schema belongs to all
/// components that use it.
///
/// @param name of the component or datastore
/// @param set what the ledger calls these migrations, in a database that may have several: not by
///   the environment's name, as databases are copied from one to another
/// @param scope what a release owns that changes the schema
record SchemaOwner(
        String name,
        String set,
        Scope scope,
        MigrationFolder files,
        Datastore datastore,
        Place place) {
    /// All of an environment, in the order in which one release would apply them.
    static List<SchemaOwner> all(EnvironmentView view) {
        var all = new ArrayList<SchemaOwner>();
        view.sharedSchemas().forEach(name -> of(view, view.datastore(name)).ifPresent(all::add));
        view.components().values().forEach(component -> of(view, component).ifPresent(all::add));
        return all;
    }

    static Optional<SchemaOwner> named(EnvironmentView view, String name) {
        return all(view).stream().filter(owner -> owner.name().equals(name)).findFirst();
    }

    static Optional<SchemaOwner> of(EnvironmentView view, Datastore datastore) {
        MigrationFolder files = datastore.migrations();
        return files == null
                ? Optional.empty()
                : Optional.of(
                        new SchemaOwner(
                                datastore.name(),
                                view.platform() + "/datastores/" + datastore.name(),
                                Scope.datastore(view.environment(), datastore.name()),
                                files,
                                datastore,
                                datastore.source().at("migrations", "dir")));
    }

    /// Empty where the component has no files, or this environment not the datastore.
    static Optional<SchemaOwner> of(EnvironmentView view, Component component) {
        return component.migrations() instanceof MigrationFolder files
                        && view.datastores().containsKey(files.datastore())
                ? Optional.of(
                        new SchemaOwner(
                                component.name(),
                                view.platform() + "/" + component.name(),
                                Scope.component(view.environment(), component.name()),
                                files,
                                view.datastore(files.datastore()),
                                component.source().at("migrations", "dir")))
                : Optional.empty();
    }

    /// Whether the files are only there once something was built.
    boolean isBuilt(EnvironmentView view) {
        Path folder = view.folder().resolve(files.dir()).normalize();
        if (scope.kind() == Scope.Kind.DATASTORE) {
            boolean prepared = !view.prepare().isEmpty() && !Files.isDirectory(folder);
            return prepared
                    || view.components().values().stream()
                            .anyMatch(one -> makes(view, one.build(), folder));
        }
        Build build = view.component(name).build();
        return makes(view, build, folder) || (!build.run().isEmpty() && !Files.isDirectory(folder));
    }

    /// Whether the build makes the folder, or what is in it.
    private static boolean makes(EnvironmentView view, Build build, Path folder) {
        Path output = view.folder().resolve(build.output()).normalize();
        // An output that is the sources' own folder holds what somebody wrote.
        boolean apart = !view.folder().resolve(build.dir()).normalize().startsWith(output);
        return !build.run().isEmpty() && apart && folder.startsWith(output);
    }
}
