package dev.belay.plan;

import dev.belay.manifest.EnvironmentView;
import java.util.List;

/// Everything that a rollback's plan depends on.
///
/// @param components or groups to take back; empty is everything that can go back
public record RollbackRequest(
        EnvironmentView view, List<String> components, Inventory inventory, String manifestDigest) {
    public RollbackRequest {
        components = List.copyOf(components);
    }
}
