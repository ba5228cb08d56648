package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.release.Launch;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScalingTest {
    @TempDir private Path folder;
    private Host host;

    @BeforeEach
    void start() {
        host = new Host(folder);
    }

    @AfterEach
    void end() throws IOException {
        host.close();
    }

    @Test
    void exactly_as_many_run_as_were_wanted_with_numbers_from_one() {
        var v1 = host.revision("api-1", Host.SLEEPS);

        host.scaled(v1, 3);

        assertThat(host.instances()).extracting(Instance::number).containsExactly(1, 2, 3);
        assertThat(host.instances()).extracting(Instance::port).doesNotHaveDuplicates();
        assertThat(host.instances())
                .allMatch(instance -> instance.state() == Instance.State.RUNNING)
                .allMatch(instance -> Host.lives(instance.pid()));
    }

    @Test
    void to_scale_again_changes_nothing() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        var before = host.instances();

        host.scaled(v1, 2);

        assertThat(host.instances()).isEqualTo(before);
    }

    @Test
    void scaling_down_stops_the_highest_numbers() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 3);

        host.scaled(v1, 1);

        assertThat(host.instances()).extracting(Instance::number).containsExactly(1);
        assertThat(host.processes()).allMatch(p -> p.get(Names.NUMBER).equals("1"));
    }

    @Test
    void a_stopped_number_starts_afresh_when_it_is_wanted_again() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        host.scaled(v1, 0);
        assertThat(host.instances()).isEmpty();

        host.scaled(v1, 2);

        assertThat(host.instances()).hasSize(2).allMatch(i -> i.restarts() == 0);
    }

    @Test
    void an_old_token_is_refused_and_changes_nothing() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.target.scale(new Work.Scale(v1, 1), host.order(7));

        assertThat(host.target.scale(new Work.Scale(v1, 0), host.order(7)))
                .isEqualTo(new Answer.Stale(7));
        assertThat(host.target.scale(new Work.Scale(v1, 2), host.order(6)))
                .isEqualTo(new Answer.Stale(7));
        assertThat(host.instances()).hasSize(1);
    }

    @Test
    void a_probe_seals_against_orders_that_are_still_on_their_way() {
        var v1 = host.revision("api-1", Host.SLEEPS);

        assertThat(host.target.probe(new Work.Scale(v1, 1), host.order(9)))
                .isEqualTo(new Finding.NotDone());

        assertThat(host.target.scale(new Work.Scale(v1, 1), host.order(8)))
                .isEqualTo(new Answer.Stale(8));
        assertThat(host.target.probe(new Work.Scale(v1, 1), host.order(8)))
                .isEqualTo(new Finding.Stale(8));
        assertThat(host.instances()).isEmpty();
        assertThat(host.target.scale(new Work.Scale(v1, 1), host.order(9)))
                .isInstanceOf(Answer.Done.class);
    }

    @Test
    void a_probe_finds_what_was_done() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);

        assertThat(host.probe(new Work.Scale(v1, 2))).isInstanceOf(Finding.Done.class);
        assertThat(host.probe(new Work.Scale(v1, 1))).isEqualTo(new Finding.NotDone());
        assertThat(host.probe(new Work.Scale(v1, 3))).isEqualTo(new Finding.NotDone());
    }

    @Test
    void an_instance_that_the_router_sends_to_is_not_stopped() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        host.table.says(Map.of("api-1", 1), Map.of("api-1", List.of("api-1-1", "api-1-2")), 0);

        assertThat(host.scale(v1, 1))
                .isEqualTo(new Answer.NotYet("the router still sends to `api-1-2`"));
        assertThat(host.instances()).hasSize(2);
    }

    @Test
    void a_refusal_for_traffic_does_not_use_up_the_token() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        host.table.says(Map.of("api-1", 1), Map.of("api-1", List.of("api-1-1")), 0);
        var order = host.order();
        assertThat(host.target.scale(new Work.Scale(v1, 0), order))
                .isInstanceOf(Answer.NotYet.class);

        host.table.says(Map.of(), Map.of(), 0);

        assertThat(host.target.scale(new Work.Scale(v1, 0), order)).isInstanceOf(Answer.Done.class);
    }

    @Test
    void nothing_is_stopped_while_the_router_cannot_be_asked() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        host.table.isDown();

        assertThat(host.scale(v1, 0)).isInstanceOf(Answer.NotYet.class);
        assertThat(host.instances()).hasSize(1);
    }

    @Test
    void what_is_in_flight_is_waited_for_as_long_as_draining_may_take() {
        host.stop = new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofMillis(300));
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        host.table.says(Map.of("api-1", 0), Map.of("api-1", List.of("api-1-1")), 4);
        long before = System.nanoTime();

        host.scaled(v1, 0);

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void what_would_run_for_ever_is_told_to_end_before_its_instance_is() {
        host.stop = new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofSeconds(2));
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        host.table.says(Map.of("api-1", 0), Map.of("api-1", List.of("api-1-1")), 4);
        host.table.holdsLongLived();

        host.scaled(v1, 0);

        assertThat(host.table.observe(Host.SCOPE))
                .hasValueSatisfying(seen -> assertThat(seen.inFlight()).containsEntry("api-1", 0));
    }

    @Test
    void instances_that_stay_keep_what_runs_long_at_them_when_others_are_given_up() {
        host.stop = new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofMillis(600));
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        host.table.says(
                Map.of("api-1", 1),
                Map.of("api-1", List.of("api-1-1")),
                Map.of("api-1-1", 3, "api-1-2", 2));
        host.table.holdsLongLived();

        host.scaled(v1, 1);

        assertThat(host.table.toldToEnd).containsExactly("api-1-2");
        assertThat(host.instances()).extracting(Instance::id).containsExactly("api-1-1");
    }

    @Test
    void the_stop_signal_goes_to_the_program_and_its_last_words_are_kept() throws IOException {
        host.stop = new Launch.Stop("USR1", Duration.ofSeconds(10), Duration.ZERO);
        var v1 =
                host.revision(
                        "api-1", "trap 'echo bye; exit 0' USR1; while :; do sleep 0.02; done");
        host.scaled(v1, 1);
        var instance = host.only();

        host.scaled(v1, 0);

        assertThat(host.log(instance)).isEqualTo("bye\n");
    }

    @Test
    void one_that_ignores_the_signal_is_killed_after_its_grace() throws IOException {
        host.stop = new Launch.Stop("TERM", Duration.ofMillis(300), Duration.ZERO);
        var v1 = host.revision("api-1", "trap '' TERM; echo up; while :; do sleep 0.05; done");
        host.scaled(v1, 1);
        var instance = host.only();
        Host.await("it ignores signals", () -> logOf(instance).equals("up\n"));

        host.scaled(v1, 0);

        assertThat(host.processes()).isEmpty();
    }

    @Test
    void children_end_with_their_instance_even_when_they_fled_its_session() {
        var v1 =
                host.revision(
                        "api-1",
                        "trap 'exit 0' TERM; sleep 1000 & setsid sleep 1000 &"
                                + " (trap '' TERM; sleep 1000; :) & while :; do sleep 0.02; done");
        host.scaled(v1, 1);
        Host.await("all children run", () -> host.processes().size() >= 6);

        host.scaled(v1, 0);

        assertThat(host.processes()).isEmpty();
    }

    @Test
    void a_program_that_does_not_exist_is_named() {
        var v1 = host.revision("api-1", "", List.of("nodd", "main.js"));

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> {
                            assertThat(failed.reason())
                                    .startsWith(
                                            "`api-1-1` cannot be started: there is no program"
                                                    + " `nodd` in `");
                            assertThat(failed.retryable()).isFalse();
                        });
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void a_program_that_is_not_executable_is_named() {
        var v1 = host.revision("api-1", "", List.of("./main.sh"));

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .endsWith("`./main.sh` is not executable"));
    }

    @Test
    void one_that_exits_at_once_fails_with_its_last_lines() {
        var v1 = host.revision("api-1", "echo starting; echo no database >&2; exit 3");

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .isEqualTo(
                                                "`api-1-1` ended at once with status 3; the last it"
                                                        + " wrote:\nstarting\nno database"));
    }

    @Test
    void the_environment_holds_what_was_given_and_little_else() throws IOException {
        host.plain.put("COLOUR", "a b\n$(id) `id` \"'");
        host.secrets.put("KEY", "s3cret");
        var v1 = host.revision("api-1", "env; echo done; exec sleep 1000");
        host.scaled(v1, 1);
        var instance = host.only();
        Host.await("it wrote all", () -> logOf(instance).endsWith("done\n"));

        assertThat(host.log(instance))
                .contains("COLOUR=a b\n$(id) `id` \"'\n", "KEY=s3cret\n")
                .contains("PORT=" + instance.port() + "\n", "BELAY_SCOPE=local/component/api\n")
                .contains("BELAY_INSTANCE=api-1-1\n", "BELAY_TOKEN=1\n", "BELAY_RELEASE=r-1\n")
                .doesNotContain("JAVA_HOME", "surefire");
        assertThat(Files.getPosixFilePermissions(host.folder(instance).log())).hasSize(2);
    }

    private String logOf(Instance instance) {
        try {
            return host.log(instance);
        } catch (IOException _) {
            return "";
        }
    }
}
