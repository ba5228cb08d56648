package dev.belay.driver.datastore;

import dev.belay.driver.probe.DependencyUrl;
import java.io.IOException;
import java.util.List;

/// How one kind of server is run on a developer's machine.
interface LocalServer {
    /// Writes its configuration and makes its data where there is none yet. Returns the command
    /// that runs it in the foreground.
    List<String> prepare(ServerFolder folder, DependencyUrl url, Host host)
            throws DatastoreFailure, IOException;

    /// What makes it end cleanly without waiting for its clients.
    default String stopSignal() {
        return "TERM";
    }

    /// What can only be made once it answers; repeated until the probe reaches it.
    default void settle(DependencyUrl url) throws IOException, InterruptedException {}

    /// Where it listens: never beyond this machine.
    static String loopback(DependencyUrl url) {
        return url.hosts().getFirst().name().equals("::1") ? "::1" : "127.0.0.1";
    }

    static int port(DependencyUrl url) {
        return url.hosts().getFirst().port();
    }
}
