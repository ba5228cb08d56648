package dev.belay.driver.probe;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// The one instance that is asked.
///
/// @param address resolved, where it listens; any address where it does not
/// @param alive whether its process lives: the driver's knowledge, start time compared
/// @param folder where its commands run
/// @param environment the whole environment of its commands
public record ProbeTarget(
        SocketAddress address,
        BooleanSupplier alive,
        Path folder,
        Map<String, String> environment) {
    public ProbeTarget {
        environment = Map.copyOf(environment);
    }

    /// The environment may hold secrets.
    @Override
    public String toString() {
        return "instance at " + address;
    }
}
