package dev.belay.server.operations;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Overrides;
import dev.belay.manifest.Reading;
import dev.belay.problem.Problem;
import java.nio.file.Path;
import java.util.List;

/// The manifest as it lies on disk at the moment of asking: it is read anew every time, so that
/// nobody ships what stood there yesterday.
public final class Platform {
    private final Path manifest;

    public Platform(Path manifest) {
        this.manifest = manifest;
    }

    /// One environment and the digest of the manifest it was read from.
    public record Read(EnvironmentView view, String manifestDigest) {}

    /// The whole of it.
    ///
    /// @throws Denied with everything that is wrong in it
    public Manifest manifest() {
        return valueOf(ManifestReader.read(manifest));
    }

    /// One environment of it.
    ///
    /// @throws Denied with everything that is wrong in it
    public Read in(String environment, List<String> settings) {
        Manifest read = manifest();
        if (!read.environments().contains(environment)) {
            throw Denied.unknown(
                    "there is no environment `" + environment + "`",
                    "the manifest has `" + String.join("`, `", read.environments()) + "`");
        }
        EnvironmentView view = valueOf(read.in(environment, new Overrides(settings)));
        return new Read(view, read.digest().text());
    }

    private static <T> T valueOf(Reading<T> reading) {
        return switch (reading) {
            case Reading.Read<T>(T value) -> value;
            case Reading.Refused<T>(List<Problem> problems) ->
                    throw new Denied(new No.Problems(problems));
        };
    }
}
