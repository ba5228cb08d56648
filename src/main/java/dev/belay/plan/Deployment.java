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

    /// What runs no more, and has no port of its own: a component that was removed.
    static Deployment ended(Revision revision) {
        return new Deployment(revision, 0, List.of());
    }

    /// Whether nothing runs and nothing is listened on: after a removal, and of a job always.
    public boolean isEnded() {
        return instances == 0 && traffic.isEmpty();
    }

    public Deployment(Revision revision, int instances, List<Traffic> traffic) {
        this(revision, instances, traffic, List.of());
    }
}
