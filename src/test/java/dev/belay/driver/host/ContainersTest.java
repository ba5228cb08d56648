package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Foretold;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.docker.ContainerRunner;
import dev.belay.driver.docker.DockerHost;
import dev.belay.driver.docker.OwnEngine;
import dev.belay.release.Launch;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What plain processes promise, promised by containers of a real Docker Engine.
class ContainersTest {
    private static final String SLEEPS = "trap 'exit 0' TERM; while :; do busybox sleep 0.1; done";

    @TempDir private Path folder;
    private OwnEngine engine;
    private Host host;

    @BeforeEach
    void start() throws Exception {
        engine = OwnEngine.started();
        var where = DockerHost.of(Map.of("DOCKER_HOST", engine.host()));
        host = new Host(folder, state -> List.of(new ContainerRunner(state, where)));
        host.container = new Launch.Container(OwnEngine.IMAGE, engine.image());
    }

    @AfterEach
    void stop() throws Exception {
        if (host != null) {
            for (Instance one : host.instances()) {
                engine.docker("rm", "-f", container(one));
            }
            host.close();
        }
    }

    private Revision revision(String id, String script) {
        return host.revision(id, script, List.of("/bin/sh", "main.sh"));
    }

    private String container(Instance instance) throws Exception {
        return engine.docker(
                "ps", "-aq",
                "--filter", "label=belay.state=" + host.state.toAbsolutePath().normalize(),
                "--filter", "label=belay.instance=" + instance.id());
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
        String inspected = engine.docker("inspect", container(host.instances().getFirst()));
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
    void late_and_doubled_orders_do_nothing_and_a_probe_seals() {
        var v1 = revision("api-1", SLEEPS);
        var work = new Work.Scale(v1, 1);
        Order first = host.order(5);
        assertThat(host.target.scale(work, first)).isInstanceOf(Answer.Done.class);

        assertThat(host.target.scale(work, first)).isEqualTo(new Answer.Stale(5));
        assertThat(host.target.scale(new Work.Scale(v1, 2), host.order(4)))
                .isEqualTo(new Answer.Stale(5));
        assertThat(host.target.probe(work, host.order(9))).isInstanceOf(Finding.Done.class);
        assertThat(host.target.scale(new Work.Scale(v1, 0), host.order(8)))
                .isEqualTo(new Answer.Stale(8));
        assertThat(host.instances()).hasSize(1);
    }

    @Test
    void one_that_ends_at_once_says_how_with_its_last_words() {
        var v1 = revision("api-1", "echo no luck; exit 3");

        // On a busy machine it may outlive the moment for which it is watched.
        Host.await(
                "its end is told",
                () ->
                        host.scale(v1, 1)
                                        instanceof Answer.Failed(String reason, String _, boolean _)
                                && reason.contains("`api-1-1` ended at once with status 3")
                                && reason.contains("no luck"));
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
    void what_a_third_party_does_is_seen_and_put_right() throws Exception {
        var v1 = revision("api-1", SLEEPS);
        host.scaled(v1, 1);
        Instance first = host.only();

        engine.docker("pause", container(first));
        assertThat(host.target.supervise())
                .contains("`api-1-1` was paused by somebody, and goes on");
        assertThat(engine.docker("inspect", "-f", "{{.State.Paused}}", container(first)))
                .isEqualTo("false");
        assertThat(host.only().pid()).isEqualTo(first.pid());
        engine.docker("rm", "-f", container(first));
        assertThat(host.only().state()).isEqualTo(Instance.State.EXITED);
        Host.await(
                "it is started again",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.RUNNING;
                });
        assertThat(host.only().restarts()).isEqualTo(1);
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
    void a_job_runs_once_and_its_log_and_status_outlive_its_container() throws Exception {
        host.port = false;
        var job = new Work.RunJob(revision("api-1", "echo I did it; exit 4"), List.of());
        Order order = host.order(3);

        var failed = (Answer.Failed) host.target.runJob(job, order);

        assertThat(failed.reason()).contains("`job-3` ended with status 4", "I did it");
        assertThat(host.target.runJob(job, order)).isEqualTo(new Answer.Stale(3));
        assertThat(((Finding.Failed) host.target.probe(job, host.order(4))).reason())
                .contains("status 4");
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
