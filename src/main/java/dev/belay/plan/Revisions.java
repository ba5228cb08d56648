package dev.belay.plan;

import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// Makes revisions, so that the same artifact with the same configuration and launch always has the
/// same id.
public final class Revisions {
    /// Of what is not started: files that the gateway serves.
    static final Launch NOT_STARTED =
            new Launch(
                    List.of(),
                    Set.of(),
                    Set.of(),
                    false,
                    new Launch.Stop("TERM", Duration.ZERO, Duration.ZERO),
                    Launch.Limits.NONE,
                    alive(),
                    alive());

    private Revisions() {}

    public static Revision of(String component, PlanRequest.Source source, Launch written) {
        Launch launch = written.from(source.image());
        String content =
                component
                        + "\n"
                        + source.artifact()
                        + "\n"
                        + source.configuration()
                        + "\n"
                        + PlanJson.encode(launch);
        return new Revision(
                component + "-" + Digest.of(content).brief(),
                component,
                source.artifact(),
                source.configuration(),
                launch);
    }

    private static Health alive() {
        return new Health(
                new Health.Alive(), 1, Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO);
    }
}
