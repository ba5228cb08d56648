package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Images;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.docker.ContainerRunner;
import dev.belay.driver.docker.DockerHost;
import dev.belay.driver.docker.DockerImages;
import dev.belay.driver.docker.EngineImages;
import dev.belay.driver.docker.OwnEngine;
import dev.belay.driver.image.ArtifactImages;
import dev.belay.driver.image.BaseImages;
import dev.belay.driver.image.EnvironmentRegistries;
import dev.belay.driver.image.ImagePlatform;
import dev.belay.driver.image.OwnRegistry;
import dev.belay.driver.image.Registry;
import dev.belay.driver.image.RegistryAccess;
import dev.belay.release.Digest;
import dev.belay.release.ImageName;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Work;
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

/// Containers of images that a real Docker Engine fetches from a real registry.
class FetchedContainersTest {
    private static final String SLEEPS = "trap 'exit 0' TERM; while :; do busybox sleep 0.1; done";

    @TempDir private Path folder;
    private OwnEngine engine;
    private OwnRegistry registry;
    private DockerHost where;
    private @Nullable EngineImages images;
    private Host host;

    @BeforeEach
    void start() throws Exception {
        engine = OwnEngine.started();
        registry = OwnRegistry.asking(folder.resolve("registry"));
        where = DockerHost.of(Map.of("DOCKER_HOST", engine.host()));
        host =
                new Host(
                        folder,
                        state -> {
                            images = new EngineImages(state, where, registry.environments());
                            return List.of(new ContainerRunner(state, where, images));
                        });
    }

    @AfterEach
    void stop() throws Exception {
        if (host != null) {
            for (String container : containers()) {
                engine.docker("rm", "-f", container);
            }
            host.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    private List<String> containers() throws Exception {
        String state = host.state.toAbsolutePath().normalize().toString();
        return engine.docker("ps", "-aq", "--filter", "label=belay.state=" + state)
                .lines()
                .toList();
    }

    private ImageName base(String name) throws Exception {
        return BaseImages.busybox(new Registry(registry.access()), registry.name(name));
    }

    private Revision revision(String id) {
        return host.revision(id, SLEEPS, List.of("/bin/sh", "main.sh"));
    }

    private Revision of(ImageName base) {
        host.container = new Launch.Container(base.toString(), base.digest());
        return revision("api-1");
    }

    private boolean isAtEngine(ImageName image) throws Exception {
        return engine.docker("images", "--digests", "--format", "{{.Repository}}@{{.Digest}}")
                .lines()
                .anyMatch(image.toString()::equals);
    }

    private Look hosted(Revision revision) {
        return host.target.hosted(new Work.Hosted(List.of(revision)), host.order());
    }

    private Look settled(Revision revision) {
        var looks = new Look[1];
        Host.await(
                "it is there, or cannot be had",
                () -> {
                    looks[0] = hosted(revision);
                    return !(looks[0] instanceof Look.Waiting);
                });
        return looks[0];
    }

    @Test
    void what_the_engine_has_not_is_fetched_before_anything_is_touched() throws Exception {
        ImageName base = base("base:1");
        Revision v1 = of(base);
        assertThat(isAtEngine(base)).isFalse();

        assertThat(hosted(v1)).isInstanceOf(Look.Waiting.class);
        assertThat(settled(v1))
                .isInstanceOfSatisfying(
                        Look.Done.class,
                        done -> assertThat(done.detail()).contains("has the images"));

        assertThat(isAtEngine(base)).isTrue();
        host.scaled(v1, 1);
        assertThat(host.only().state()).isEqualTo(Instance.State.RUNNING);
    }

    @Test
    void what_somebody_took_away_is_fetched_again_when_it_is_started() throws Exception {
        ImageName base = base("again:1");
        Revision v1 = of(base);
        assertThat(settled(v1)).isInstanceOf(Look.Done.class);
        engine.docker("rmi", base.toString());

        assertThat(host.scale(v1, 1)).isInstanceOf(Answer.Done.class);
    }

    @Test
    void who_is_not_let_in_reads_that_before_anything_is_touched() throws Exception {
        ImageName base = base("shut:1");
        images =
                new EngineImages(
                        host.state,
                        where,
                        new EnvironmentRegistries() {
                            @Override
                            public dev.belay.driver.image.Registries of(String environment) {
                                return name -> new Registry(new RegistryAccess(name, true, null));
                            }

                            @Override
                            public java.util.Optional<ImageName> place(
                                    String environment, String component) {
                                return java.util.Optional.empty();
                            }
                        });
        var others = new Runners(List.of(new ContainerRunner(host.state, where, images)));
        Revision v1 = of(base);
        var hostings = new Hostings(others);
        var looks = new Look[1];
        Host.await(
                "it is said",
                () -> {
                    looks[0] = hostings.look("local", List.of(v1));
                    return looks[0] instanceof Look.Failed;
                });

        assertThat(((Look.Failed) looks[0]).reason())
                .contains("the Docker Engine has the image `" + base, "no more");
        assertThat(containers()).isEmpty();
    }

    @Test
    void an_artifact_in_its_image_runs_without_this_hosts_files() throws Exception {
        ImageName base = base("base:2");
        host.container = null;
        Digest artifact = revision("api-1").artifact();
        ImageName wrapped =
                new ArtifactImages(
                                registry.environments(), host.artifacts, folder.resolve("scratch"))
                        .push(
                                new ArtifactImages.Wish(
                                        "local",
                                        "api",
                                        artifact,
                                        base,
                                        ImagePlatform.ofThisMachine()));
        host.container =
                new Launch.Container(base.toString(), base.digest(), wrapped.toString(), null);

        host.scaled(revision("api-1"), 1);

        assertThat(engine.docker("inspect", "-f", "{{len .Mounts}}", containers().getFirst()))
                .isEqualTo("0");
        assertThat(host.only().state()).isEqualTo(Instance.State.RUNNING);
    }

    @Test
    void an_engine_that_sees_no_files_of_ours_gets_the_artifact_as_an_image() throws Exception {
        ImageName base = base("base:3");
        Digest artifact = revision("api-1").artifact();
        var artifacts =
                new ArtifactImages(
                        registry.environments(), host.artifacts, folder.resolve("scratch"));
        var wish =
                new Images.Wish(
                        "local", "api", artifact, registry.name("base:3").toString(), "", true);

        var here =
                (Images.Found)
                        new DockerImages(where, Objects.requireNonNull(images), artifacts)
                                .find(wish);

        assertThat(here.image()).isEqualTo(new Launch.Image(base.digest()));
        DockerHost port = engine.secured();
        var there = new EngineImages(host.state, port, registry.environments());
        var found = (Images.Found) new DockerImages(port, there, artifacts).find(wish);
        assertThat(found.notes().getFirst()).contains("does not see the files of this machine");
        host.container =
                new Launch.Container(
                        base.toString(), found.image().digest(), found.image().wrapped(), null);
        Revision v1 = revision("api-1");
        var runner = new ContainerRunner(host.state, port, there);
        var target =
                new HostTarget(
                        host.state,
                        new Runners(List.of(runner)),
                        host.artifacts,
                        host.values(),
                        host.table,
                        host.supervision);
        assertThat(target.scale(new Work.Scale(v1, 1), host.order()))
                .isInstanceOf(Answer.Done.class);
        assertThat(target.instances(Host.SCOPE))
                .allMatch(one -> one.state() == Instance.State.RUNNING);
        assertThat(engine.docker("inspect", "-f", "{{len .Mounts}}", containers().getFirst()))
                .isEqualTo("0");
    }

    @Test
    void what_listens_at_another_machine_is_refused_while_it_is_planned() throws Exception {
        base("base:4");
        var away = DockerHost.of(Map.of("DOCKER_HOST", "ssh://elsewhere.example.org"));
        var artifacts =
                new ArtifactImages(
                        registry.environments(), host.artifacts, folder.resolve("scratch"));
        var wish =
                new Images.Wish(
                        "local",
                        "api",
                        Digest.of("x"),
                        registry.name("base:4").toString(),
                        Digest.of("known").text(),
                        true);

        assertThat(
                        ((Images.Missing)
                                        new DockerImages(
                                                        away,
                                                        Objects.requireNonNull(images),
                                                        artifacts)
                                                .find(wish))
                                .reason())
                .contains("listens at a port of another machine, `ssh://elsewhere.example.org`");
    }

    @Test
    void what_belay_brought_goes_when_nothing_needs_it_and_nothing_else_does() throws Exception {
        ImageName used = base("used:1");
        ImageName kept = BaseImages.words(new Registry(registry.access()), registry.name("kept:1"));
        Revision v1 = of(used);
        assertThat(settled(v1)).isInstanceOf(Look.Done.class);
        host.scaled(v1, 1);
        assertThat(settled(of(kept))).isInstanceOf(Look.Done.class);

        assertThat(
                        Objects.requireNonNull(images)
                                .collect(Set.of(new Digest(kept.digest())), Duration.ZERO))
                .isZero();
        assertThat(isAtEngine(used)).as("it runs").isTrue();
        assertThat(isAtEngine(kept)).as("it is needed").isTrue();

        assertThat(Objects.requireNonNull(images).collect(Set.of(), Duration.ofHours(1)))
                .as("it is young")
                .isZero();
        assertThat(Objects.requireNonNull(images).collect(Set.of(), Duration.ZERO)).isEqualTo(1);
        assertThat(isAtEngine(kept)).isFalse();
        host.scaled(v1, 0);
        assertThat(Objects.requireNonNull(images).collect(Set.of(), Duration.ZERO)).isEqualTo(1);
        assertThat(isAtEngine(used)).isFalse();
        assertThat(engine.docker("images", "-q", OwnEngine.IMAGE)).isNotEmpty();
    }

    @Test
    void an_engine_that_is_away_is_said_before_anything_is_touched() throws Exception {
        host.container = new Launch.Container(OwnEngine.IMAGE, engine.image());
        Revision v1 = revision("api-1");
        engine.stop();
        try {
            assertThat(hosted(v1))
                    .isInstanceOfSatisfying(
                            Look.Failed.class,
                            failed -> {
                                assertThat(failed.reason())
                                        .contains("cannot be asked: nobody answers there");
                                assertThat(failed.hint()).contains("start it, or say where it is");
                            });
        } finally {
            engine.start();
        }
        assertThat(settled(v1)).isInstanceOf(Look.Done.class);
    }
}
