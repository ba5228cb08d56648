package dev.belay.release;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What copies of an environment's data stay inside of: the servers on which they may be made, and
/// how they get there.
///
/// @param scratch hosts of servers; `localhost` is the control plane's own machine. Empty where
///   nobody declared a boundary
/// @param encrypted whether they get there by TLS that proves the server's name, and backups are
///   encrypted where they lie
public record Boundary(List<String> scratch, boolean encrypted) {
    /// Nobody declared one.
    public static final Boundary NONE = new Boundary(List.of(), false);

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

    public Boundary {
        scratch = List.copyOf(scratch);
    }

    public boolean isDeclared() {
        return !scratch.isEmpty();
    }

    /// Whether a server of this machine may hold copies.
    public boolean admitsThisMachine() {
        return !isDeclared() || scratch.stream().anyMatch(LOOPBACK::contains);
    }

    /// Why no copy may be made on a server; empty when it may.
    ///
    /// @param hosts all that its address names: whichever answers gets the data
    /// @param sslmode of the address, or empty
    public Optional<String> obstacle(List<String> hosts, String sslmode) {
        if (!isDeclared()) {
            return Optional.empty();
        }
        for (String host : hosts) {
            String name = host.toLowerCase(Locale.ROOT);
            boolean loopback = LOOPBACK.contains(name);
            if (loopback ? !admitsThisMachine() : !scratch.contains(name)) {
                return Optional.of(
                        "`%s` is not one of the boundary's servers (%s)"
                                .formatted(host, String.join(", ", scratch)));
            }
            if (encrypted && !loopback && !sslmode.equals("verify-full")) {
                return Optional.of(
                        "the line to `"
                                + host
                                + "` would not prove that server's name: it is encrypted only with"
                                + " `sslmode=verify-full`");
            }
        }
        return Optional.empty();
    }
}
