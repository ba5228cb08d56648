package dev.belay.plan;

import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import java.util.List;

/// What one component runs, or is to run.
///
/// @param traffic its line in the gateway's table; empty for a component without a port
public record Deployment(Revision revision, int instances, List<Traffic> traffic) {
    public Deployment {
        traffic = List.copyOf(traffic);
    }
}
