package dev.belay.server.operations;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.Template;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.datastore.DatastoreFailure;
import dev.belay.driver.datastore.LocalDatastore;
import dev.belay.driver.datastore.LocalDatastores;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// The datastores that Belay itself runs on this machine for an environment.
public final class Local {
    private final Platform platform;
    private final ValueProvider values;
    private final LocalDatastores datastores;
    private final Path folder;

    /// For the environments of one platform.
    ///
    /// @param folder where all environments' datastores are kept
    public Local(Platform platform, ValueProvider values, LocalDatastores datastores, Path folder) {
        this.platform = platform;
        this.values = values;
        this.datastores = datastores;
        this.folder = folder;
    }

    /// Starts what does not run.
    ///
    /// @throws Denied when one does not come up
    public void up(String environment, Consumer<String> progress) {
        EnvironmentView view = platform.in(environment, List.of()).view();
        List<LocalDatastore> wanted = wanted(view);
        if (wanted.isEmpty()) {
            progress.accept("`" + environment + "` has no datastores of its own");
            return;
        }
        try {
            datastores.up(wanted, home(environment), says(progress));
        } catch (DatastoreFailure e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Denied.failure("it was interrupted", "try again");
        }
    }

    private List<LocalDatastore> wanted(EnvironmentView view) {
        try {
            return view.datastores().values().stream()
                    .filter(datastore -> datastore.local() instanceof Datastore.Server)
                    .map(datastore -> local(view.environment(), datastore))
                    .toList();
        } catch (SecretFailure e) {
            throw Denied.failure(e.reason(), e.hint());
        }
    }

    /// Stops what runs.
    ///
    /// @param wipe whether the data goes too, for good
    public void down(String environment, boolean wipe, Consumer<String> progress) {
        platform.in(environment, List.of());
        try {
            if (wipe) {
                datastores.wipe(home(environment), says(progress));
            } else {
                datastores.down(home(environment), says(progress));
            }
            progress.accept("the datastores of `" + environment + "` are down");
        } catch (DatastoreFailure e) {
            throw failed(e);
        }
    }

    private LocalDatastore local(String environment, Datastore datastore) {
        String url =
                new Template(datastore.dependency().url())
                        .fill(name ->
                                values.find(environment, name)
                                        .map(secret -> secret.use(text -> text)));
        return new LocalDatastore(datastore.name(), datastore.dependency().engine(), url);
    }

    private Path home(String environment) {
        return folder.resolve(environment);
    }

    private static LocalDatastores.Progress says(Consumer<String> progress) {
        return (datastore, line) -> progress.accept(datastore + ": " + line);
    }

    private static Denied failed(DatastoreFailure e) {
        return Denied.failure("`" + e.datastore() + "`: " + e.reason(), e.hint());
    }
}
