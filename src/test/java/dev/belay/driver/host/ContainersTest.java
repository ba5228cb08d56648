package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Examined;
import dev.belay.driver.Foretold;
import dev.belay.driver.Instance;
import dev.belay.driver.check.Liveness;
import dev.belay.driver.docker.OwnEngine;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only containers of a Docker Engine have; what they share with all others is in
/// [dev.belay.driver.TargetContract].
class ContainersTest {
    private static final String SLEEPS = "trap 'exit 0' TERM; while :; do busybox sleep 0.1; done";

    @TempDir private Path folder;
    private DockerGround ground;
    private OwnEngine engine;
    private Host host;

    @BeforeEach
    void start() throws Exception {
        ground = DockerGround.in(folder);
        engine = OwnEngine.started();
        host = ground.host;
        host.target = host.newTarget();
    }

    @AfterEach
    void stop() throws Exception {
        if (ground != null) {
            ground.close();
        }
    }

    private Revision revision(String id, String script) {
        return host.revision(id, script, List.of("/bin/sh", "main.sh"));
    }

    @Test
    void instances_come_and_go_and_nobody_else_is_touched() throws Exception {
        String foreign =
                engine.docker(
                        "run",
                        "-d",
                        "--network",
                        "none",
                        OwnEngine.IMAGE,
                        "/bin/busybox",
                        "sleep",
                        "1000");
        var v1 = revision("api-1", SLEEPS);

        host.scaled(v1, 2);

        assertThat(host.instances())
                .hasSize(2)
                .allMatch(one -> one.state() == Instance.State.RUNNING && one.port() > 0);
        String inspected = engine.docker("inspect", ground.container(host.instances().getFirst()));
        assertThat(inspected)
                .contains("\"User\": \"65534:65534\"", "\"ReadonlyRootfs\": true")
                .contains("\"HostIp\": \"127.0.0.1\"", "no-new-privileges")
                .contains("\"belay.revision\": \"api-1\"", engine.image());
        host.scaled(v1, 1);
        assertThat(host.instances()).hasSize(1);
        host.scaled(v1, 0);
        assertThat(host.instances()).isEmpty();
        assertThat(engine.docker("ps", "-aq", "--no-trunc")).isEqualTo(foreign);
        engine.docker("rm", "-f", foreign);
    }

    @Test
    void what_the_engine_cannot_start_is_said_in_its_words() {
        var v1 = host.revision("api-1", "", List.of("/bin/there-is-none"));

        assertThat(((Answer.Failed) host.scale(v1, 1)).reason())
                .contains("the Docker Engine says: ", "there-is-none");
        assertThat(host.instances()).allMatch(one -> one.state() == Instance.State.EXITED);
    }

    @Test
    void an_image_that_is_gone_is_missed_before_anything_starts() {
        host.container = new Launch.Container("shop/api:1", "sha256:" + "0".repeat(64));

        assertThat(((Answer.Failed) host.scale(revision("api-1", SLEEPS), 1)).reason())
                .contains("the Docker Engine has the image `shop/api:1` no more");
        assertThat(host.instances()).allMatch(one -> one.state() == Instance.State.EXITED);
    }

    @Test
    void a_new_control_plane_finds_them_again_even_without_records() throws Exception {
        var v1 = revision("api-1", SLEEPS);
        assertThat(host.target.scale(new Work.Scale(v1, 1), host.order(7)))
                .isInstanceOf(Answer.Done.class);
        long pid = host.only().pid();
        Path scope = host.state.resolve("instances/local/api");
        Host.delete(scope);

        assertThat(host.processes()).as("containers are no plain processes").isEmpty();
        HostTarget other = host.newTarget();

        assertThat(other.scale(new Work.Scale(v1, 1), host.order(6)))
                .isEqualTo(new Answer.Stale(7));
        assertThat(other.scale(new Work.Scale(v1, 1), host.order(8)))
                .isInstanceOf(Answer.Done.class);
        assertThat(host.only().pid()).isEqualTo(pid);
    }

    @Test
    void after_the_engine_went_down_what_it_took_along_is_started_again() throws Exception {
        var v1 = revision("api-1", SLEEPS);
        host.scaled(v1, 1);

        engine.stop();

        assertThat(host.target.supervise())
                .anyMatch(said -> said.startsWith("what runs by `docker` is not seen: "));
        assertThat(host.target.recorded(Host.SCOPE).getFirst().detail())
                .startsWith("cannot be seen: the Docker Engine at ");
        engine.start();
        Host.await(
                "it is started again",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.RUNNING;
                });
    }

    @Test
    void one_that_uses_more_memory_than_it_may_is_killed_and_that_is_said() {
        host.limits = new Launch.Limits(8 << 20, 0, 0, 0);
        var v1 = revision("api-1", "x=x; while :; do x=$x$x; done");
        var said = new ArrayList<String>();

        if (host.scale(v1, 1) instanceof Answer.Failed(String reason, String _, boolean _)) {
            said.add(reason);
        }

        Host.await(
                "it is said",
                () -> {
                    said.addAll(host.target.supervise());
                    return said.toString().contains("used more memory than its `limits` allow");
                });
    }

    private Revision keeping(String id, Launch.Volume... volumes) throws Exception {
        host.container =
                new Launch.Container(OwnEngine.IMAGE, engine.image(), "", null, List.of(volumes));
        return revision(id, "echo " + id + " >> /keep/who; " + SLEEPS);
    }

    @Test
    void what_it_keeps_is_there_for_the_next_revision_and_stays() throws Exception {
        var own = new Launch.Volume("data", "", "/keep", false, false);
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.writeString(shared.resolve("words"), "hello");
        var bound = new Launch.Volume("words", shared.toString(), "/words", true, false);
        var v1 = keeping("api-1", own, bound);
        var v2 = keeping("api-2", own);
        host.scaled(v1, 1);
        Host.await("it wrote", () -> written().equals("api-1"));
        assertThat(examined("busybox cat /words/words; echo x > /words/x", Host.PATIENCE))
                .satisfies(said -> {
                    assertThat(said.status()).isNotZero();
                    assertThat(said.output()).contains("hello", "Read-only file system");
                });
        host.scaled(v1, 0);

        host.scaled(v2, 1);

        Host.await("it wrote", () -> written().equals("api-1\napi-2"));
        host.scaled(v2, 0);
        String volumes =
                engine.docker("volume", "ls", "-q", "--filter", "label=belay.scope=" + Host.SCOPE);
        assertThat(volumes).endsWith("-local-api-data");
        assertThat(engine.docker("ps", "-aq")).as("who made it ready is gone").isEmpty();
        engine.docker("volume", "rm", volumes);
    }

    private String written() {
        try {
            return examined("busybox cat /keep/who", Host.PATIENCE).output().strip();
        } catch (Exception e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void what_one_alone_may_have_is_not_given_to_a_second_one() throws Exception {
        engine.docker("volume", "create", "belay-test-alone");
        engine.docker(
                "run",
                "--rm",
                "--network",
                "none",
                "-v",
                "belay-test-alone:/keep",
                OwnEngine.IMAGE,
                "/bin/busybox",
                "chown",
                "65534",
                "/keep");
        var alone = new Launch.Volume("data", "belay-test-alone", "/keep", false, true);
        var v1 = keeping("api-1", alone);
        var v2 = keeping("api-2", alone);
        host.scaled(v1, 1);

        engine.docker("kill", ground.container(host.only()));
        Host.await(
                "the same one has it again",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.RUNNING
                            && host.only().restarts() == 1;
                });

        assertThat(((Answer.Failed) host.scale(v2, 1)).reason())
                .contains("the volume `data` is exclusive, and `api-1-1` has it");
        host.scaled(v2, 0);
        host.scaled(v1, 0);
        host.scaled(v2, 1);
        host.scaled(v2, 0);
        engine.docker("volume", "rm", "belay-test-alone");
        assertThat(((Answer.Failed) host.scale(v1, 1)).reason())
                .contains("the Docker Engine has no volume `belay-test-alone`");
    }

    private Examined examined(String script, Duration within) throws Exception {
        return host.target
                .examine(
                        Host.SCOPE,
                        host.only(),
                        List.of("/bin/busybox", "sh", "-c", script),
                        within)
                .orElseThrow();
    }

    @Test
    void a_command_asks_inside_of_a_container_and_one_that_hangs_is_there_once() throws Exception {
        host.scaled(revision("api-1", SLEEPS), 1);

        assertThat(examined("echo $BELAY_INSTANCE; busybox id -u; exit 3", Host.PATIENCE))
                .isEqualTo(new Examined(3, "api-1-1\n65534\n"));
        Duration brief = Duration.ofMillis(500);
        assertThat(examined("exec busybox sleep 1234", brief).status())
                .isEqualTo(Examined.NOT_ENDED);
        assertThat(examined("exec busybox sleep 1234", brief).output())
                .isEqualTo("the one before still runs");
        String container = ground.container(host.only());
        assertThat(engine.docker("top", container).lines())
                .filteredOn(line -> line.contains("sleep 1234"))
                .hasSize(1);
        Examined none =
                host.target
                        .examine(Host.SCOPE, host.only(), List.of("/none"), Host.PATIENCE)
                        .orElseThrow();
        assertThat(none.status()).isEqualTo(126);
        assertThat(none.output()).contains("/none");
        engine.docker("pause", container);
        assertThat(examined("true", brief).output()).contains("does not run");
    }

    @Test
    void what_its_command_says_is_sick_is_ended_and_started_again() throws Exception {
        Launch launch = revision("api-1", SLEEPS).launch();
        var asked =
                new Health(
                        new Health.Command(
                                List.of("/bin/busybox", "sh", "-c", "! busybox test -e /tmp/sick")),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5));
        Revision made = revision("api-1", SLEEPS);
        var v1 =
                new Revision(
                        made.id(),
                        made.component(),
                        made.artifact(),
                        made.configuration(),
                        new Launch(
                                launch.command(),
                                launch.required(),
                                launch.secrets(),
                                launch.port(),
                                launch.stop(),
                                launch.limits(),
                                asked,
                                asked,
                                launch.protocol(),
                                launch.listen(),
                                launch.container()));
        host.scaled(v1, 1);
        var liveness = new Liveness(host.target, host.values(), host.artifacts);
        assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        long pid = host.only().pid();

        engine.docker("exec", ground.container(host.only()), "/bin/busybox", "touch", "/tmp/sick");

        var said = new ArrayList<String>();
        Host.await("it is ended", () -> said.addAll(liveness.tick(Host.SCOPE, List.of(v1))));
        assertThat(said.getFirst())
                .contains("`/bin/busybox` exits with 1", "it was taken for dead");
        Host.await(
                "it is started again, without what made it sick",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.RUNNING
                            && host.only().pid() != pid
                            && liveness.tick(Host.SCOPE, List.of(v1)).isEmpty();
                });
    }

    @Test
    void a_command_is_asked_in_a_container_of_its_own_that_is_gone_then() throws Exception {
        host.port = false;
        Revision revision = revision("api-1", "echo said; echo wrong >&2");
        var by =
                new MigrationCommands(
                        List.of("/bin/true"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of("/bin/sh", "main.sh"),
                        Host.PATIENCE);

        assertThat(host.target.foretell("local", revision, by, Host.PATIENCE))
                .isEqualTo(new Foretold.Printed("said"));
        assertThat(engine.docker("ps", "-aq")).isEmpty();
    }
}
