package dev.belay.driver.image;

import dev.belay.release.ImageName;
import java.util.Optional;

/// Which registries each environment knows, as whom, and where its own images go.
public interface EnvironmentRegistries {
    /// Those of an environment.
    Registries of(String environment);

    /// Where the images of a component go, without a tag that counts; empty where the environment
    /// names no registry.
    Optional<ImageName> place(String environment, String component);

    /// None of anybody's own.
    static EnvironmentRegistries none() {
        return new EnvironmentRegistries() {
            @Override
            public Registries of(String environment) {
                return Registries.open();
            }

            @Override
            public Optional<ImageName> place(String environment, String component) {
                return Optional.empty();
            }
        };
    }
}
