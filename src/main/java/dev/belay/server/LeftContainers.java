package dev.belay.server;

import dev.belay.driver.docker.ContainerRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// What a state folder has in containers, for when everything is to end: containers work in no
/// folder, so that nobody finds them as processes are found.
public final class LeftContainers {
    private static final Duration GRACE = Duration.ofSeconds(15);

    private LeftContainers() {}

    /// Asks all of them to end, ends those that do not in time, and removes them.
    ///
    /// @return how many ran
    /// @throws IOException when the engine that they were made at cannot be asked
    public static int end(Path state) throws IOException {
        return ContainerRunner.endAll(state, GRACE);
    }
}
