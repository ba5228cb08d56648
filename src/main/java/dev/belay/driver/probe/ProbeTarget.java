package dev.belay.driver.probe;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The one instance that is asked.
///
/// @param address resolved, where it listens; any address where it does not
/// @param alive whether its process lives: the driver's knowledge, start time compared
/// @param folder where its commands run
/// @param environment the whole environment of its commands
/// @param elsewhere who runs them; null where they are run in the folder, with that environment
public record ProbeTarget(
        SocketAddress address,
        BooleanSupplier alive,
        Path folder,
        Map<String, String> environment,
        @Nullable Elsewhere elsewhere) {
    public ProbeTarget {
        environment = Map.copyOf(environment);
    }

    /// Runs commands where the instance is, and not in its folder on this host.
    public interface Elsewhere {
        CommandRun.Outcome run(List<String> command, Duration within);
    }

    /// One whose commands are run on this host.
    public ProbeTarget(
            SocketAddress address,
            BooleanSupplier alive,
            Path folder,
            Map<String, String> environment) {
        this(address, alive, folder, environment, null);
    }

    /// The environment may hold secrets.
    @Override
    public String toString() {
        return "instance at " + address;
    }
}
