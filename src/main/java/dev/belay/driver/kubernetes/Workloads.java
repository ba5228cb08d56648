package dev.belay.driver.kubernetes;

import dev.belay.cluster.Workload;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Revisions with their values: what objects are made of.
final class Workloads {
    private final ConfigurationStore configurations;
    private final RuntimeValues values;

    Workloads(ConfigurationStore configurations, RuntimeValues values) {
        this.configurations = configurations;
        this.values = values;
    }

    /// Where a revision lives; empty for one that is not for a cluster.
    static Optional<Placement> placement(Revision revision) {
        Launch.Container container = revision.launch().container();
        return container == null || container.pod() == null
                ? Optional.empty()
                : Optional.of(container.pod().placement());
    }

    /// Whether there is all that it needs.
    sealed interface Made {}

    /// Holds secrets in the clear: never to be shown.
    record Ready(Workload workload, Map<String, String> secrets) implements Made {
        Ready {
            secrets = Map.copyOf(secrets);
        }

        @Override
        public String toString() {
            return "Ready[" + workload.revision().id() + "]";
        }
    }

    record Missing(String reason, String hint) implements Made {}

    Made of(Scope scope, Revision revision) throws IOException {
        var plain = new TreeMap<>(configurations.load(revision.configuration()));
        plain.keySet().removeAll(revision.launch().secrets());
        var workload = new Workload(scope, revision, plain);
        var needs =
                new RuntimeValues.Needs(
                        scope.environment(),
                        revision.configuration(),
                        List.of(),
                        workload.secretVariables(),
                        revision.launch().secrets(),
                        Map.of());
        return switch (values.resolve(needs)) {
            case RuntimeValues.Unresolved(String reason, String hint) -> new Missing(reason, hint);
            case RuntimeValues.Resolved(List<String> _, Map<String, String> all) -> {
                var secrets = new HashMap<>(all);
                secrets.keySet().retainAll(workload.secretVariables());
                yield new Ready(workload, secrets);
            }
        };
    }

    String redact(String text) {
        return values.redactor().redact(text);
    }
}
