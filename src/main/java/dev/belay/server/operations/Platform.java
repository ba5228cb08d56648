package dev.belay.server.operations;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.manifest.Reading;
import dev.belay.manifest.Target;
import dev.belay.problem.Problem;
import dev.belay.release.Placement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The manifest as it lies on disk at the moment of asking: its files are read every time, so that
/// nobody ships what stood there yesterday, and understood anew when they have changed.
public final class Platform {
    private final Path manifest;
    private volatile @Nullable Manifest last;

    public Platform(Path manifest) {
        this.manifest = manifest;
        if (ManifestReader.read(manifest) instanceof Reading.Read<Manifest>(Manifest now)) {
            last = now;
        }
    }

    /// One environment and the digest of the manifest it was read from.
    public record Read(EnvironmentView view, String manifestDigest) {}

    /// The whole of it.
    ///
    /// @throws Denied with everything that is wrong in it
    public Manifest manifest() {
        Manifest before = last;
        if (before != null && ManifestReader.isUnchanged(before)) {
            return before;
        }
        Manifest now = valueOf(ManifestReader.read(manifest));
        last = now;
        return now;
    }

    /// Names of the environments, of when the manifest was last in order.
    public List<String> environmentsLately() {
        try {
            return manifest().environments();
        } catch (Denied broken) {
            Manifest before = last;
            return before == null ? List.of() : before.environments();
        }
    }

    /// One environment as it is, or, while the manifest is broken, as it was when it was last in
    /// order: a typo must keep nobody from looking, nor from going back.
    ///
    /// @throws Denied with everything that is wrong in it, when it was never in order
    public Read lately(String environment) {
        try {
            return in(environment, List.of());
        } catch (Denied broken) {
            Manifest before = last;
            if (before == null
                    || !(broken.no() instanceof No.Problems)
                    || !before.environments().contains(environment)) {
                throw broken;
            }
            return new Read(valueOf(before.in(environment)), before.digest().text());
        }
    }

    /// The same; empty when there is no such environment, or nobody knows.
    public Optional<EnvironmentView> ifKnownLately(String environment) {
        try {
            return Optional.of(lately(environment).view());
        } catch (Denied _) {
            return Optional.empty();
        }
    }

    /// Where an environment lives in a cluster; empty for one that does not, or that nobody knows.
    public Optional<Placement> placement(String environment) {
        return ifKnownLately(environment)
                .flatMap(view ->
                        view.target() instanceof Target.Kubernetes(Placement placement)
                                ? Optional.of(placement)
                                : Optional.empty());
    }

    /// Whether commands deploy an environment's components; no for one that nobody knows.
    public boolean isCommanded(String environment) {
        return ifKnownLately(environment)
                .filter(view -> view.target() instanceof Target.Commands)
                .isPresent();
    }

    /// One environment of it.
    ///
    /// @throws Denied with everything that is wrong in it
    public Read in(String environment, List<String> settings) {
        Manifest read = manifest();
        if (!read.environments().contains(environment)) {
            throw unknown(read, environment);
        }
        EnvironmentView view = valueOf(read.in(environment, new Overrides(settings)));
        return new Read(view, read.digest().text());
    }

    /// In the manifest's own words, as `belay check` says it.
    private static Denied unknown(Manifest read, String environment) {
        return switch (read.in(environment)) {
            case Reading.Refused<EnvironmentView>(List<Problem> problems) ->
                    new Denied(new No.Unknown(problems.getFirst()));
            case Reading.Read<EnvironmentView> _ ->
                    throw new IllegalStateException(
                            "it lists no `" + environment + "`, and has it");
        };
    }

    private static <T> T valueOf(Reading<T> reading) {
        return switch (reading) {
            case Reading.Read<T>(T value) -> value;
            case Reading.Refused<T>(List<Problem> problems) ->
                    throw new Denied(new No.Problems(problems));
        };
    }
}
