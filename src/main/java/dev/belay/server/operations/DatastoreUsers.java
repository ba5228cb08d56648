package dev.belay.server.operations;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationSource;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Who has to do with a datastore.
final class DatastoreUsers {
    private DatastoreUsers() {}

    /// Components that use it, or migrate it.
    static Set<String> of(EnvironmentView view, String datastore) {
        return view.components().values().stream()
                .filter(one -> uses(one, datastore))
                .map(Component::name)
                .collect(Collectors.toSet());
    }

    /// What a release owns that has to do with it: who uses it, and its own schema.
    static Set<String> releasing(EnvironmentView view, String datastore) {
        Set<String> names = new HashSet<>(of(view, datastore));
        names.add(datastore);
        return names;
    }

    private static boolean uses(Component component, String datastore) {
        MigrationSource migrations = component.migrations();
        return component.uses().contains(datastore)
                || (migrations != null && migrations.datastore().equals(datastore));
    }
}
