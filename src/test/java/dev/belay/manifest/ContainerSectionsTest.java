package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.release.Launch;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `target: docker`, and what components say for it.
class ContainerSectionsTest {
    @TempDir private Path folder;

    private String written(String kind, String component, String target) {
        return """
        platform: shop
        components:
          api: {kind: %s, run: ./api, %s}
        environments:
          production: {target: %s}
        """
                .formatted(kind, component, target);
    }

    @Test
    void an_artifact_can_be_the_image() {
        EnvironmentView view =
                view(
                        good(
                                folder,
                                written(
                                        "worker",
                                        "dir: api, build: {run: make, image: out/image.tar}",
                                        "docker")),
                        "production");
        Component api = view.component("api");
        Launch launch = Objects.requireNonNull(Component.launchOf(api.kind()));

        assertThat(Objects.requireNonNull(launch.container()).consistsOfArtifact()).isTrue();
        assertThat(api.build().output()).isEqualTo("api/out/image.tar");
    }

    @Test
    void what_containers_keep_is_part_of_how_they_are_started() {
        EnvironmentView view =
                view(
                        good(
                                folder,
                                written(
                                        "worker",
                                        "image: debian:12, strategy: recreate, volumes: {data: {at: /data,"
                                                + " exclusive: true}, conf: {at: /conf, from: /srv/conf,"
                                                + " read-only: true}}",
                                        "docker")),
                        "production");
        Launch launch = Objects.requireNonNull(Component.launchOf(view.component("api").kind()));

        assertThat(Objects.requireNonNull(launch.container()).volumes())
                .containsExactly(
                        new Launch.Volume("data", "", "/data", false, true),
                        new Launch.Volume("conf", "/srv/conf", "/conf", true, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    worker | docker     | a: 1                                       | has no `image`
                    worker | docker     | 'build: {image: i.tar}, image: debian:12'  | has `image`, too
                    worker | docker     | 'build: {image: i.tar, output: dist}'      | has `build: {output: …}`, too
                    worker | docker     | 'build: {image: i.tar, dockerfile: D}'     | has `build: {image: …}`, too
                    worker | process    | 'build: {dockerfile: Dockerfile}'          | runs only by `target: docker`
                    worker | docker     | 'image: d, volumes: {a: {at: /x, exclusive: true}}' | have it at the same time
                    worker | docker     | 'image: d, volumes: {a: {at: /app}}'       | `/app` is where what every container has is already
                    worker | docker     | 'image: d, volumes: {a: {at: /x}, b: {at: /x}}' | `/x` is where the volume `a` is already
                    worker | docker     | 'image: d, volumes: {a: {at: /x, from: /var/run/docker.sock}}' | has the machine
                    worker | docker     | 'image: d, volumes: {a: {at: /x, from: /}}' | has the machine
                    worker | docker     | 'image: d, volumes: {a: {at: /x/../y}}'    | without `..`
                    worker | process    | 'volumes: {a: {at: /x}}'                   | alone, in this version
                    worker | process    | 'build: {image: i.tar}'                    | runs only by `target: docker`
                    worker | kubernetes | 'build: {image: i.tar}, image: debian:12'  | runs only by `target: docker`
                    """)
    void what_does_not_go_together_is_said(
            String kind, String target, String component, String said) {
        String full = component.equals("a: 1") ? "after: []" : component;

        assertThat(problems(folder, written(kind, full, target)))
                .extracting(Problem::message)
                .anyMatch(message -> message.contains(said));
    }
}
