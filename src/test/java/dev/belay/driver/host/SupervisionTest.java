package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Instance;
import dev.belay.driver.WrittenLines;
import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Launch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisionTest {
    @TempDir private Path folder;
    private Host host;

    @BeforeEach
    void start() {
        host = new Host(folder);
        host.supervision =
                new Supervision(
                        3,
                        Duration.ofMinutes(5),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        1000,
                        3,
                        1);
        host.target = host.newTarget();
    }

    @AfterEach
    void end() throws IOException {
        host.close();
    }

    @Test
    void one_that_dies_is_started_again_on_its_port() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var before = host.only();

        host.kill("KILL", before.pid());
        superviseUntilRuns(1);

        assertThat(host.only().pid()).isNotEqualTo(before.pid());
        assertThat(host.only().port()).isEqualTo(before.port());
        assertThat(host.only().restarts()).isEqualTo(1);
    }

    @Test
    void the_death_of_a_launcher_is_not_the_death_of_its_instance() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var before = host.only();
        long launcher = host.folder(before).read().launcher();

        host.kill("KILL", launcher);
        Host.await("the launcher is gone", () -> !Host.lives(launcher));
        host.target.supervise();

        assertThat(host.only()).isEqualTo(before);
        host.scaled(v1, 0);
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void the_death_of_a_child_is_its_parents_business() throws IOException {
        var v1 = host.revision("api-1", "sleep 1000 & wait; exec sleep 1000");
        host.scaled(v1, 1);
        var before = host.only();
        Host.await("the child runs", () -> host.processes().size() == 3);
        long child =
                host.processes().stream()
                        .filter(p -> p.entry().parent() == before.pid())
                        .findFirst()
                        .orElseThrow()
                        .entry()
                        .pid();

        host.kill("KILL", child);
        Host.await("the child is gone", () -> !Host.lives(child));
        host.target.supervise();

        assertThat(host.only()).isEqualTo(before);
    }

    @Test
    void children_of_one_that_died_are_cleared_away_before_it_starts_again() throws IOException {
        var v1 = host.revision("api-1", "sleep 1000 & setsid sleep 1000 & exec sleep 1000");
        host.scaled(v1, 1);
        Host.await("all run", () -> host.processes().size() == 4);
        var old = host.processes().stream().map(p -> p.entry().pid()).toList();

        host.kill("KILL", host.only().pid());
        superviseUntilRuns(1);

        assertThat(old).noneMatch(Host::lives);
    }

    @Test
    void a_pid_that_somebody_else_got_is_left_alone() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var before = host.only();
        host.kill("KILL", before.pid());
        Host.await("it is gone", () -> !Host.lives(before.pid()));
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        try {
            var run = host.folder(before).run(host.folder(before).read());
            DurableFile.write(run.folder().resolve("claim"), stranger.pid() + " 12345\n");

            assertThat(host.only().state()).isEqualTo(Instance.State.EXITED);
            host.scaled(v1, 0);

            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void after_a_restart_of_the_machine_everything_wanted_is_started() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        for (Instance instance : host.instances()) {
            Path record = host.folder(instance).path().resolve("record.json");
            String text = Files.readString(record);
            DurableFile.write(record, text.replace(Boot.ID, "another-boot"));
        }
        host.close();
        assertThat(host.instances()).allMatch(i -> i.state() == Instance.State.EXITED);

        host.target.supervise();

        Host.await(
                "they run",
                () -> host.instances().stream().allMatch(i -> i.state() == Instance.State.RUNNING));
        assertThat(host.instances()).hasSize(2).allMatch(i -> i.restarts() == 0);
    }

    @Test
    void instances_are_known_again_when_the_state_folder_was_deleted() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        var pids = host.instances().stream().map(Instance::pid).toList();
        delete(host.state.resolve("instances"));
        assertThat(host.instances()).hasSize(2);

        host.scaled(v1, 2);

        assertThat(host.instances()).extracting(Instance::pid).isEqualTo(pids);
        host.scaled(v1, 0);
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void an_end_that_nobody_waits_for_is_finished() throws IOException {
        host.stop = new Launch.Stop("TERM", Duration.ZERO, Duration.ZERO);
        var v1 = host.revision("api-1", "trap '' TERM; while :; do sleep 0.05; done");
        host.scaled(v1, 1);
        var instance = host.folder(host.only());
        // A control plane that died right after it decided.
        instance.write(instance.read().stopping(Instant.now().minusSeconds(5)));
        var scope = new Records(host.state, host.runners()).of(Host.SCOPE);
        scope.want(new TreeMap<>());

        host.target.supervise();

        assertThat(host.processes()).isEmpty();
    }

    @Test
    void a_log_cannot_fill_the_disk() throws IOException {
        var v1 =
                host.revision(
                        "api-1",
                        "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done;"
                                + " exec sleep 1000");
        host.scaled(v1, 1);
        Path log = host.folder(host.only()).log();
        Host.await("it wrote all", () -> contains(log, "line 300\n"));

        host.target.supervise();

        assertThat(log).isEmptyFile();
        assertThat(log.resolveSibling("log.1")).hasSize(1000);
        assertThat(logs().lastOfEach(Host.SCOPE, 2))
                .containsExactly(
                        new WrittenLines.Line("api", "api-1-1", "line 299"),
                        new WrittenLines.Line("api", "api-1-1", "line 300"));
    }

    @Test
    void a_reader_follows_over_cuts_and_new_instances() throws IOException {
        host.plain.put("TMPDIR", pipe());
        var v1 = host.revision("api-1", "while read -r line; do echo $line; done <> \"$TMPDIR\"");
        host.scaled(v1, 1);
        tell("before");
        Path log = host.folder(host.only()).log();
        Host.await("it wrote", () -> contains(log, "before\n"));
        var follower = logs().follow(Host.SCOPE);

        tell("one");
        awaitLines(follower, List.of("one"));
        tell("x".repeat(600));
        awaitLines(follower, List.of("x".repeat(600)));
        tell("y".repeat(600));
        Host.await("it wrote", () -> contains(log, "y\n"));
        host.target.supervise();
        assertThat(log).isEmptyFile();
        tell("three");

        awaitLines(follower, List.of("y".repeat(600), "three"));
    }

    @Test
    void a_fatal_error_that_repeats_is_reported_once_with_its_count() throws IOException {
        host.secrets.put("KEY", "hunter22");
        host.plain.put("TMPDIR", pipe());
        var v1 = host.revision("api-1", "while read -r line; do echo $line; done <> \"$TMPDIR\"");
        host.scaled(v1, 1);
        host.target.supervise();
        Path log = host.folder(host.only()).log();

        tell("FATAL: connection 17 with hunter22 lost");
        tell("all is well");
        tell("FATAL: connection 18 with hunter22 lost");
        Host.await("it wrote", () -> contains(log, " 18 "));
        host.target.supervise();
        assertThat(host.target.fatalErrors("api-1")).isEmpty();
        tell("FATAL: connection 19 with hunter22 lost");
        Host.await("it wrote", () -> contains(log, " 19 "));
        host.target.supervise();

        assertThat(host.target.fatalErrors("api-1"))
                .containsExactly(
                        new HostTarget.FatalError(
                                "api-1-1", "FATAL: connection 19 with *** lost", 3));
    }

    @Test
    void a_new_control_plane_knows_which_secrets_to_hide() throws IOException {
        host.secrets.put("KEY", "hunter22");
        var v1 = host.revision("api-1", "echo $KEY; exec sleep 1000");
        host.scaled(v1, 1);
        Path log = host.folder(host.only()).log();
        Host.await("it wrote", () -> contains(log, "\n"));
        var values = host.values();
        var restarted =
                new HostTarget(
                        host.state,
                        host.runners(),
                        host.artifacts,
                        values,
                        host.table,
                        host.supervision);

        restarted.supervise();

        assertThat(restarted.surroundings(Host.SCOPE, host.only()).orElseThrow().environment())
                .containsEntry("KEY", "hunter22")
                .containsEntry("BELAY_INSTANCE", "api-1-1");
        assertThat(new Logs(host.state, values.redactor()).lastOfEach(Host.SCOPE, 1))
                .containsExactly(new WrittenLines.Line("api", "api-1-1", "***"));
    }

    @Test
    void revisions_of_long_ago_are_forgotten_with_their_logs() {
        for (String id : List.of("api-1", "api-2", "api-3")) {
            var revision = host.revision(id, Host.SLEEPS);
            host.scaled(revision, 1);
            host.scaled(revision, 0);
        }

        host.target.supervise();

        Path revisions = host.state.resolve("instances/local/api/revisions");
        assertThat(revisions.resolve("api-1")).doesNotExist();
        assertThat(revisions.resolve("api-2")).doesNotExist();
        assertThat(revisions.resolve("api-3")).exists();
    }

    private void superviseUntilRuns(int restarts) {
        Host.await(
                "it runs again",
                () -> {
                    host.target.supervise();
                    Instance instance = host.only();
                    return instance.pid() > 0 && instance.restarts() == restarts;
                });
    }

    private Logs logs() {
        return new Logs(host.state, host.values().redactor());
    }

    private void awaitLines(Logs.Follower follower, List<String> lines) {
        var seen = new ArrayList<String>();
        Host.await(
                "lines " + lines,
                () -> {
                    try {
                        follower.poll().forEach(line -> seen.add(line.text()));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return seen.size() >= lines.size();
                });
        assertThat(seen).isEqualTo(lines);
    }

    private String pipe() throws IOException {
        Path pipe = folder.resolve("pipe");
        try {
            new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return pipe.toString();
    }

    private void tell(String line) throws IOException {
        Files.writeString(folder.resolve("pipe"), line + "\n", StandardOpenOption.WRITE);
    }

    private static boolean contains(Path log, String text) {
        try {
            return Files.readString(log).contains(text);
        } catch (IOException _) {
            return false;
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }
}
