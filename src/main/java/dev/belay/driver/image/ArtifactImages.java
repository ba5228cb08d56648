package dev.belay.driver.image;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.image.ImageFailure.Kind;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import java.io.IOException;
import java.nio.file.Path;

/// Artifacts of an environment as images in its registry.
public final class ArtifactImages {
    private final EnvironmentRegistries registries;
    private final ArtifactStore artifacts;
    private final Path scratch;

    /// @param scratch a folder for what is made on the way, nobody else's
    public ArtifactImages(EnvironmentRegistries registries, ArtifactStore artifacts, Path scratch) {
        this.registries = registries;
        this.artifacts = artifacts;
        this.scratch = scratch;
    }

    /// What is to lie in a registry.
    ///
    /// @param base by its digest
    /// @param machine that it is to run on, where the base is for several
    public record Wish(
            String environment,
            String component,
            Digest artifact,
            ImageName base,
            ImagePlatform machine) {}

    /// Makes sure that the environment's registry has the image.
    ///
    /// @return it, by its digest
    /// @throws ImageFailure when the environment has no registry, or it does not take it
    public ImageName push(Wish wish) throws IOException {
        ImageName place =
                registries
                        .place(wish.environment(), wish.component())
                        .orElseThrow(() ->
                                new ImageFailure(
                                        Kind.DENIED,
                                        "`%s` names no registry that its images could go to"
                                                .formatted(wish.environment()),
                                        "name one: `registry: {at: registry.example.org/shop}`"));
        return new Wrapping(registries.of(wish.environment()), scratch)
                .push(
                        new Wrapping.Order(
                                wish.artifact(),
                                artifacts.archive(wish.artifact()),
                                wish.base(),
                                wish.machine(),
                                place));
    }
}
