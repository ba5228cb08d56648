package dev.belay.gateway;

import java.nio.file.Path;
import java.util.List;

/// How a gateway runs.
///
/// @param folder its state; only the owner can enter
/// @param addresses where the stable ports listen; `::1` is left out where the host has no IPv6
/// @param threads event loops
/// @param nameRevision whether answers say in `X-Belay-Revision` who gave them; for tests
public record GatewayOptions(
        Path folder, List<String> addresses, int threads, Limits limits, boolean nameRevision) {
    public GatewayOptions {
        addresses = List.copyOf(addresses);
    }

    /// Loopback only, one event loop a core.
    public static GatewayOptions in(Path folder) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new GatewayOptions(
                folder, List.of("127.0.0.1", "::1"), cores, Limits.DEFAULT, false);
    }

    public GatewayOptions listeningOn(List<String> others) {
        return new GatewayOptions(folder, others, threads, limits, nameRevision);
    }

    public GatewayOptions within(Limits others) {
        return new GatewayOptions(folder, addresses, threads, others, nameRevision);
    }

    public GatewayOptions namingRevisions() {
        return new GatewayOptions(folder, addresses, threads, limits, true);
    }

    /// The admin socket.
    public Path socket() {
        return folder.resolve("gateway.sock");
    }

    /// Where a successor asks for its place.
    Path offer() {
        return folder.resolve("upgrade.sock");
    }
}
