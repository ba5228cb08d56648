package dev.belay.plan;

import dev.belay.manifest.EnvironmentView;
import java.util.List;
import java.util.Map;

/// Everything that a rollback's plan depends on.
///
/// @param components or groups to take back; empty is everything that can go back
/// @param to component to what it goes back to, as a digest of [Inventory.Past#digest]; empty is
///   what soaked last. Who is not among them stays
/// @param schema whether their schemas go back with them, by the migrations' own way back
public record RollbackRequest(
        EnvironmentView view,
        List<String> components,
        boolean schema,
        Map<String, String> to,
        Inventory inventory,
        String manifestDigest) {
    public RollbackRequest {
        components = List.copyOf(components);
        to = Map.copyOf(to);
    }

    /// What stands before the components' names on the command line.
    public static String typed(String environment) {
        return "belay rollback " + environment;
    }

    String typed() {
        return typed(view.environment());
    }
}
