package dev.belay.plan;

import dev.belay.release.Revision;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import java.util.List;

/// What one component runs, or is to run.
///
/// @param traffic its line in the gateway's table; empty for a component without a port
/// @param smoke what it must pass, also when it is gone back to
public record Deployment(
        Revision revision, int instances, List<Traffic> traffic, List<SmokeTest> smoke) {
    public Deployment {
        traffic = List.copyOf(traffic);
        smoke = List.copyOf(smoke);
    }

    public Deployment(Revision revision, int instances, List<Traffic> traffic) {
        this(revision, instances, traffic, List.of());
    }
}
