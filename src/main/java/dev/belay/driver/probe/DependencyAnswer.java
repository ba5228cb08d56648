package dev.belay.driver.probe;

import java.time.Duration;

/// What came of asking a dependency. Holds no password.
public sealed interface DependencyAnswer {
    /// It took the connection, signed us in and did one harmless operation.
    ///
    /// @param serverVersion as the server names it, or empty when its protocol does not say
    record Reached(Duration took, String serverVersion) implements DependencyAnswer {}

    /// It did not.
    ///
    /// @param phase how far it came: `address`, `connect`, `TLS`, `sign-in`, `operation`, `close`
    /// @param hint how to mend it, or empty
    record NotReached(String phase, String reason, String hint) implements DependencyAnswer {}
}
