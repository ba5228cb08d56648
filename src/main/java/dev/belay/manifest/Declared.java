package dev.belay.manifest;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What somebody says of a component, a datastore or an external and Belay cannot see: policies and
/// `belay lint` look at it, and nothing else does.
///
/// @param phi whether it holds, or is sent, health data of persons
/// @param encrypted whether its data are encrypted where they lie
/// @param tenants whether it serves several tenants, who may not see each other's data
/// @param vendor who runs it, or empty
/// @param logs what it logs; null where nobody said
/// @param sdk packages that a frontend asks services through; empty where nobody said
public record Declared(
        boolean phi,
        boolean encrypted,
        boolean tenants,
        String vendor,
        @Nullable Logs logs,
        List<String> sdk) {
    /// Nobody said anything.
    public static final Declared NOTHING = new Declared(false, false, false, "", null, List.of());

    public Declared {
        sdk = List.copyOf(sdk);
    }

    /// What a component's logs may hold, and how long they are kept.
    public record Logs(boolean phi, Duration retention) {}
}
