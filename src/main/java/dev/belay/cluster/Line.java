package dev.belay.cluster;

import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.util.SortedMap;

/// How a component is reached: what of it does not change with its revision.
///
/// @param protocol that its instances speak
/// @param port the stable one, of its Service
/// @param rules what it gets of what comes from outside
public record Line(
        Placement placement, Scope scope, Launch.Protocol protocol, int port, Traffic.Rules rules) {
    String name() {
        return ObjectName.component(scope.name());
    }

    /// Whether requests from outside of the cluster are to reach it.
    boolean isOpen() {
        return !rules.at().isEmpty() && !(placement.entry() instanceof Placement.Inside);
    }

    SortedMap<String, String> selector() {
        return Labels.ofComponent(placement, scope);
    }

    ClusterObject.Metadata metadata(String name) {
        return new ClusterObject.Metadata(
                placement.namespace(), name, Labels.all(placement, selector()));
    }
}
