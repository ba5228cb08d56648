package dev.belay.manifest;

import dev.belay.release.SmokeTest;
import org.jspecify.annotations.Nullable;

/// A smoke test, and whom to call when it fails.
///
/// @param probe between which tenants it looks for a wall; null for most
public record OwnedTest(SmokeTest test, Responsible responsible, @Nullable TenantProbe probe) {
    /// One that is about no tenants.
    public OwnedTest(SmokeTest test, Responsible responsible) {
        this(test, responsible, null);
    }
}
