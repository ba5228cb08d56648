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
/// @param contracts component to how what it is to promise differs from what it promises
public record RollbackRequest(
        EnvironmentView view,
        List<String> components,
        boolean schema,
        Map<String, String> to,
        Inventory inventory,
        Map<String, PlanRequest.Promised> contracts,
        String manifestDigest) {
    public RollbackRequest {
        contracts = Map.copyOf(contracts);
        components = List.copyOf(components);
        to = Map.copyOf(to);
    }

    /// One that knows nothing of contracts.
    public RollbackRequest(
            EnvironmentView view,
            List<String> components,
            boolean schema,
            Map<String, String> to,
            Inventory inventory,
            String manifestDigest) {
        this(view, components, schema, to, inventory, Map.of(), manifestDigest);
    }

    /// The same, knowing what becomes of contracts.
    public RollbackRequest promising(Map<String, PlanRequest.Promised> compared) {
        return new RollbackRequest(
                view, components, schema, to, inventory, compared, manifestDigest);
    }

    /// What stands before the components' names on the command line.
    public static String typed(String environment) {
        return "belay rollback " + environment;
    }

    String typed() {
        return typed(view.environment());
    }
}
