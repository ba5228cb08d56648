package dev.belay.server;

import dev.belay.driver.Images;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.artifact.ImageBuilds;
import dev.belay.driver.docker.ContainerRunner;
import dev.belay.driver.docker.DockerBuilds;
import dev.belay.driver.docker.DockerHost;
import dev.belay.driver.docker.DockerImages;
import dev.belay.driver.docker.EngineImages;
import dev.belay.driver.image.ArtifactImages;
import dev.belay.driver.image.EnvironmentRegistries;
import dev.belay.server.operations.Platform;
import dev.belay.server.operations.PlatformRegistries;
import dev.belay.server.operations.Values;
import java.nio.file.Path;

/// What runs in containers, and what they are made of, over one state folder.
record Containers(
        StateFolder state,
        DockerHost host,
        EnvironmentRegistries registries,
        EngineImages brought) {
    /// At the engine that `DOCKER_HOST` names.
    static Containers of(StateFolder state, Platform platform, Values values) {
        var host = DockerHost.of(System.getenv());
        var registries = new PlatformRegistries(platform, values);
        return new Containers(
                state, host, registries, new EngineImages(state.path(), host, registries));
    }

    ContainerRunner runner() {
        return new ContainerRunner(state.path(), host, brought);
    }

    /// What names of images stand for.
    Images images(ArtifactStore artifacts) {
        return new DockerImages(host, brought, own(artifacts));
    }

    /// Who builds images by Dockerfiles.
    ImageBuilds builds(ArtifactStore artifacts) {
        return new DockerBuilds(host, brought, own(artifacts), scratch());
    }

    private ArtifactImages own(ArtifactStore artifacts) {
        return new ArtifactImages(registries, artifacts, scratch());
    }

    private Path scratch() {
        return state.path().resolve("images/scratch");
    }
}
