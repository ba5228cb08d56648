package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Images;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.artifact.BuildOrder;
import dev.belay.driver.artifact.BuildResult;
import dev.belay.driver.artifact.Builder;
import dev.belay.driver.docker.ContainerRunner;
import dev.belay.driver.docker.DockerBuilds;
import dev.belay.driver.docker.DockerHost;
import dev.belay.driver.docker.DockerImages;
import dev.belay.driver.docker.EngineImages;
import dev.belay.driver.docker.OwnEngine;
import dev.belay.driver.image.ArtifactImages;
import dev.belay.driver.image.EnvironmentRegistries;
import dev.belay.driver.image.ImageArchives;
import dev.belay.driver.image.OwnRegistry;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Containers of artifacts that are images themselves, in a real Docker Engine.
class ImageArtifactsTest {
    private static final List<String> SLEEPS =
            List.of(
                    "/bin/busybox",
                    "sh",
                    "-c",
                    "trap 'exit 0' TERM; while :; do busybox sleep 0.1; done");

    @TempDir private Path folder;
    private OwnEngine engine;
    private DockerHost where;
    private @Nullable EngineImages images;
    private Host host;

    @BeforeEach
    void start() throws Exception {
        engine = OwnEngine.started();
        where = DockerHost.of(Map.of("DOCKER_HOST", engine.host()));
        host = host(EnvironmentRegistries.none());
    }

    private Host host(EnvironmentRegistries registries) {
        return new Host(
                folder,
                state -> {
                    images = new EngineImages(state, where, registries);
                    return List.of(new ContainerRunner(state, where, images));
                });
    }

    @AfterEach
    void stop() throws Exception {
        for (String container : containers()) {
            engine.docker("rm", "-f", container);
        }
        host.close();
    }

    private List<String> containers() throws Exception {
        String state = host.state.toAbsolutePath().normalize().toString();
        return engine.docker("ps", "-aq", "--filter", "label=belay.state=" + state)
                .lines()
                .toList();
    }

    private Digest artifact(String name, byte[] file) throws Exception {
        Path made = Files.createTempDirectory(folder, "made");
        Files.write(made.resolve(name), file);
        return host.artifacts.put(made, List.of());
    }

    private Images.Finding find(Digest artifact, EnvironmentRegistries registries) {
        var artifacts =
                new ArtifactImages(registries, host.artifacts, host.state.resolve("planned"));
        var wish = new Images.Wish("local", "api", artifact, Launch.Container.ARTIFACT, "", false);
        return new DockerImages(where, Objects.requireNonNull(images), artifacts).find(wish);
    }

    private Launch.Image image(Digest artifact, EnvironmentRegistries registries) {
        return ((Images.Found) find(artifact, registries)).image();
    }

    private Revision revision(Digest artifact, Launch.Image image) {
        host.container =
                new Launch.Container(
                        Launch.Container.ARTIFACT, image.digest(), image.wrapped(), null);
        host.port = false;
        Revision made = host.revision("api-1", "", SLEEPS);
        return new Revision("api-1", "api", artifact, made.configuration(), made.launch());
    }

    private static byte[] busybox() throws Exception {
        return ImageArchives.tar(
                Map.of(
                        "bin/busybox",
                        Files.readAllBytes(Path.of("/bin/busybox")),
                        "srv/words",
                        "hello".getBytes(StandardCharsets.UTF_8)));
    }

    private Look settled(Revision revision) {
        var looks = new Look[1];
        Host.await(
                "it is there, or cannot be had",
                () -> {
                    looks[0] = host.target.hosted(new Work.Hosted(List.of(revision)), host.order());
                    return !(looks[0] instanceof Look.Waiting);
                });
        return looks[0];
    }

    private String inspected(String what) throws Exception {
        return engine.docker("inspect", "-f", what, containers().getFirst());
    }

    @Test
    void what_docker_save_wrote_runs_as_it_is_and_comes_back_when_somebody_takes_it_away()
            throws Exception {
        Path saved = folder.resolve("saved.tar");
        engine.docker("save", "-o", saved.toString(), OwnEngine.IMAGE);
        Digest artifact = artifact("image.tar", Files.readAllBytes(saved));
        Launch.Image image = image(artifact, EnvironmentRegistries.none());
        assertThat(image.digest()).isEqualTo(engine.image());
        Revision v1 = revision(artifact, image);

        assertThat(settled(v1)).isInstanceOf(Look.Done.class);
        host.scaled(v1, 1);

        assertThat(host.only().state()).isEqualTo(Instance.State.RUNNING);
        assertThat(inspected("{{.Image}} {{len .Mounts}}")).isEqualTo(engine.image() + " 0");
        host.scaled(v1, 0);
        engine.docker("rmi", image.wrapped());
        host.scaled(v1, 1);
        assertThat(inspected("{{.Image}}")).isEqualTo(engine.image());
        host.scaled(v1, 0);
    }

    @Test
    void no_name_of_somebody_elses_is_taken_and_ours_is_given_up_when_nothing_needs_it()
            throws Exception {
        byte[] saved = ImageArchives.tar(ImageArchives.docker(busybox(), OwnEngine.IMAGE, "amd64"));
        String before = engine.image();
        Digest artifact = artifact("image.tar.gz", ImageArchives.packed(saved));
        Launch.Image image = image(artifact, EnvironmentRegistries.none());
        // Somebody takes our name, too.
        engine.docker("tag", OwnEngine.IMAGE, image.wrapped());
        Revision v1 = revision(artifact, image);

        assertThat(settled(v1)).isInstanceOf(Look.Done.class);
        host.scaled(v1, 1);

        assertThat(engine.image()).isEqualTo(before);
        assertThat(inspected("{{.Image}}")).isEqualTo(image.digest()).isNotEqualTo(before);
        assertThat(inspected("{{.Config.WorkingDir}}")).isEqualTo("/srv");
        EngineImages brought = Objects.requireNonNull(images);
        assertThat(brought.collect(Set.of(), Duration.ZERO)).as("it runs").isZero();
        host.scaled(v1, 0);
        assertThat(brought.collect(Set.of(new Digest(image.digest())), Duration.ZERO)).isZero();
        assertThat(brought.collect(Set.of(), Duration.ZERO)).isEqualTo(1);
        assertThat(engine.docker("images", "-q", image.wrapped())).isEmpty();
        assertThat(engine.image()).isEqualTo(before);
    }

    @Test
    void a_layout_goes_to_the_registry_and_is_fetched_from_there() throws Exception {
        try (OwnRegistry registry = OwnRegistry.asking(folder.resolve("registry"))) {
            host.close();
            host = host(registry.environments());
            Digest artifact =
                    artifact(
                            "image.tar",
                            ImageArchives.tar(ImageArchives.layout(busybox(), "amd64")));
            Launch.Image image = image(artifact, registry.environments());
            assertThat(image.wrapped()).startsWith(registry.name("local/api").place() + "@sha256:");
            Revision v1 = revision(artifact, image);

            assertThat(settled(v1)).isInstanceOf(Look.Done.class);
            host.scaled(v1, 1);

            assertThat(inspected("{{.Image}}")).isEqualTo(image.digest());
            host.scaled(v1, 0);
        }
    }

    // --- by a Dockerfile ---------------------------------------------------------------------

    private BuildResult built(String dockerfile) throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.writeString(source.resolve("Dockerfile"), dockerfile);
        Files.writeString(source.resolve(".dockerignore"), "*.secret");
        Files.writeString(source.resolve("words"), "hello");
        Files.writeString(source.resolve("key.secret"), "hush");
        var artifacts =
                new ArtifactImages(
                        EnvironmentRegistries.none(),
                        host.artifacts,
                        host.state.resolve("planned"));
        var builds =
                new DockerBuilds(
                        where,
                        Objects.requireNonNull(images),
                        artifacts,
                        host.state.resolve("planned"));
        return new Builder(host.artifacts, folder.resolve("builds"), builds)
                .build(
                        new BuildOrder(
                                "api",
                                folder,
                                Path.of("source"),
                                List.of(),
                                "source",
                                List.of(),
                                Set.of(),
                                Map.of(),
                                Duration.ofMinutes(2),
                                new BuildOrder.Image("local", "Dockerfile")));
    }

    @Test
    void a_dockerfile_makes_the_artifact_that_runs() throws Exception {
        String dockerfile =
                """
                FROM %s
                WORKDIR /srv
                COPY . .
                RUN ["/bin/busybox", "sh", "-c", "busybox ls /srv > /seen"]
                """
                        .formatted(OwnEngine.IMAGE);
        Digest artifact = ((BuildResult.Built) built(dockerfile)).artifact();
        Launch.Image image = image(artifact, EnvironmentRegistries.none());
        Revision v1 = revision(artifact, image);

        assertThat(settled(v1)).isInstanceOf(Look.Done.class);
        host.scaled(v1, 1);

        String container = containers().getFirst();
        assertThat(inspected("{{.Image}}")).isEqualTo(image.digest());
        assertThat(engine.docker("exec", container, "/bin/busybox", "cat", "/seen"))
                .contains("words")
                .doesNotContain("secret");
        assertThat(built(dockerfile))
                .as("the same again")
                .isEqualTo(new BuildResult.Built(artifact, false));
        host.scaled(v1, 0);
        assertThat(Objects.requireNonNull(images).collect(Set.of(), Duration.ZERO)).isEqualTo(2);
        assertThat(engine.docker("images", "-q", "--no-trunc")).doesNotContain(image.digest());
    }

    @Test
    void a_step_that_fails_is_named_with_what_it_said_last() throws Exception {
        var failed =
                (BuildResult.BuildFailed)
                        built(
                                """
                                FROM %s
                                RUN ["/bin/busybox", "sh", "-c", "echo there is no compiler; exit 3"]
                                """
                                        .formatted(OwnEngine.IMAGE));

        assertThat(failed.reason())
                .contains("step 2 of 2, `RUN [\"/bin/busybox\"", "returned a non-zero code: 3");
        assertThat(failed.lastLines()).contains("there is no compiler");
        assertThat(((BuildResult.BuildFailed) built("FORM scratch")).reason())
                .contains("unknown instruction: FORM");
        assertThat(
                        ((BuildResult.BuildFailed)
                                        built(
                                                "FROM scratch\nRUN --mount=type=cache,target=/x true"))
                                .hint())
                .contains("without BuildKit");
        assertThat(engine.docker("ps", "-aq", "--filter", "status=exited")).isEmpty();
    }

    @Test
    void what_is_no_image_is_refused_while_it_is_planned() throws Exception {
        Digest artifact = artifact("image.tar", new byte[2048]);

        assertThat(find(artifact, EnvironmentRegistries.none()))
                .isInstanceOfSatisfying(
                        Images.Missing.class,
                        missing -> assertThat(missing.reason()).contains("is no image"));
        assertThat(host.state.resolve("planned")).isEmptyDirectory();
    }
}
