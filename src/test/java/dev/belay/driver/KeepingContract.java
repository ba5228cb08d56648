package dev.belay.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The part of [TargetContract] that says what is kept alive and what is left alone: what gets
/// requests, what a third party harmed, and what is not ours.
public abstract class KeepingContract extends TargetHands {
    // --- traffic ----------------------------------------------------------------------------

    @Test
    void an_instance_that_the_router_sends_to_is_not_stopped() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 2);
        router.says(Map.of("api-1", 1), Map.of("api-1", List.of("api-1-1", "api-1-2")), 0);

        assertThat(scale(v1, 1))
                .isEqualTo(new Answer.NotYet("the router still sends to `api-1-2`"));
        assertThat(instances()).hasSize(2);
        assertThat(ground.running()).isEqualTo(2);
    }

    @Test
    void a_refusal_for_traffic_does_not_use_up_the_token() {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 1);
        router.says(Map.of("api-1", 1), Map.of("api-1", List.of("api-1-1")), 0);
        Order order = order();
        assertThat(target.scale(new Work.Scale(v1, 0), order)).isInstanceOf(Answer.NotYet.class);

        router.says(Map.of(), Map.of(), 0);

        assertThat(target.scale(new Work.Scale(v1, 0), order)).isInstanceOf(Answer.Done.class);
    }

    @Test
    void nothing_is_stopped_while_the_router_cannot_be_asked() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 1);
        router.isDown();

        assertThat(scale(v1, 0)).isInstanceOf(Answer.NotYet.class);
        assertThat(instances()).hasSize(1);
        assertThat(ground.running()).isEqualTo(1);
    }

    @Test
    void what_is_in_flight_is_waited_for_as_long_as_draining_may_take() {
        var drain = new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofMillis(300));
        var v1 = ground.revision("api-1", TestProgram.WAITS, drain);
        scaled(v1, 1);
        router.says(Map.of("api-1", 0), Map.of("api-1", List.of("api-1-1")), 4);
        long before = System.nanoTime();

        scaled(v1, 0);

        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void what_would_run_for_ever_is_told_to_end_before_its_instance_is() {
        var drain = new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofSeconds(2));
        var v1 = ground.revision("api-1", TestProgram.WAITS, drain);
        scaled(v1, 1);
        router.says(Map.of("api-1", 0), Map.of("api-1", List.of("api-1-1")), 4);
        router.holdsLongLived();

        scaled(v1, 0);

        assertThat(router.observe(SCOPE))
                .hasValueSatisfying(seen -> assertThat(seen.inFlight()).containsEntry("api-1", 0));
    }

    @Test
    void instances_that_stay_keep_what_runs_long_at_them_when_others_are_given_up() {
        var drain = new Launch.Stop("TERM", Duration.ofSeconds(5), Duration.ofMillis(600));
        var v1 = ground.revision("api-1", TestProgram.WAITS, drain);
        scaled(v1, 2);
        router.says(
                Map.of("api-1", 1),
                Map.of("api-1", List.of("api-1-1")),
                Map.of("api-1-1", 3, "api-1-2", 2));
        router.holdsLongLived();

        scaled(v1, 1);

        assertThat(router.toldToEnd()).containsExactly("api-1-2");
        assertThat(instances()).extracting(Instance::id).containsExactly("api-1-1");
    }

    // --- third parties ----------------------------------------------------------------------

    @Test
    void one_that_somebody_killed_is_started_again() throws Exception {
        isStartedAgainAfter(Harm.KILLED);
    }

    @Test
    void one_that_somebody_ended_is_started_again() throws Exception {
        isStartedAgainAfter(Harm.ENDED);
    }

    @Test
    void one_that_somebody_removed_is_started_again() throws Exception {
        isStartedAgainAfter(Harm.REMOVED);
    }

    private void isStartedAgainAfter(Harm harm) throws Exception {
        assumeTrue(ground.harms().contains(harm), "nobody can do that here");
        scaled(ground.revision("api-1", TestProgram.ANSWERS), 2);
        Instance before = instances().getLast();

        ground.harm(harm, before);

        await("it is missed", () -> !target.lives(SCOPE, before));
        superviseUntilAllRun(2);
        assertThat(instances().getFirst().restarts()).as("the other one").isZero();
        assertThat(instances().getLast().restarts()).isEqualTo(ground.restartsAfter(harm));
        assertThat(ground.running()).isEqualTo(2);
        awaitAnswer(instances().getLast(), "api-1");
    }

    @Test
    void one_that_somebody_paused_goes_on_and_that_is_said() throws Exception {
        assumeTrue(ground.harms().contains(Harm.PAUSED), "nobody can do that here");
        scaled(ground.revision("api-1", TestProgram.ANSWERS), 1);
        Instance before = only();
        awaitAnswer(before, "api-1");

        ground.harm(Harm.PAUSED, before);
        assertThat(ground.ask(before)).isEmpty();

        assertThat(target.supervise()).contains("`api-1-1` was paused by somebody, and goes on");
        awaitAnswer(before, "api-1");
        assertThat(target.lives(SCOPE, before)).isTrue();
        assertThat(only()).isEqualTo(before);
    }

    @Test
    void one_that_dies_again_and_again_is_in_a_crash_loop() throws Exception {
        assumeTrue(ground.harms().contains(Harm.KILLED), "nobody can do that here");
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 1);

        for (int deaths = 1; deaths <= 3; deaths++) {
            ground.harm(Harm.KILLED, only());
            int restarts = deaths;
            superviseUntil("it runs again", () -> only().restarts() == restarts && lives(only()));
        }

        assertThat(only().state()).isEqualTo(Instance.State.CRASH_LOOP);
        target = ground.target(router);
        assertThat(only().state()).isEqualTo(Instance.State.CRASH_LOOP);
        assertThat(only().restarts()).isEqualTo(3);
    }

    @Test
    void only_as_many_as_are_wanted_are_started_again() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 2);
        scaled(v1, 1);

        ground.harm(Harm.KILLED, only());
        superviseUntil("it runs again", () -> only().restarts() == 1 && lives(only()));

        assertThat(instances()).hasSize(1);
        assertThat(ground.running()).isEqualTo(1);
    }

    @Test
    void one_that_hangs_is_ended_and_started_again_and_never_the_next_one() throws Exception {
        assumeTrue(ground.endsWhatHangs(), "what runs it ends it");
        scaled(ground.revision("api-1", TestProgram.WAITS), 1);
        Instance hangs = only();

        assertThat(target.end(SCOPE, hangs)).isTrue();

        assertThat(lives(hangs)).isFalse();
        superviseUntil("it runs again", () -> only().restarts() == 1 && lives(only()));
        assertThat(target.end(SCOPE, hangs)).as("another runs by now").isFalse();
        assertThat(lives(only())).isTrue();
    }

    @Test
    void what_is_somebody_elses_is_not_touched() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        try (var stranger = ground.stranger()) {
            scaled(v1, 2);
            assertThat(instances()).hasSize(2);
            target.supervise();
            target = ground.target(router);
            target.supervise();
            assertThat(probe(new Work.Scale(v1, 2))).isInstanceOf(Finding.Done.class);
            scaled(v1, 0);
            target.supervise();

            assertThat(instances()).isEmpty();
            assertThat(stranger.isUntouched()).isTrue();
        }
    }

    @Test
    void what_somebody_else_gave_our_name_is_neither_taken_over_nor_removed() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 1);
        scaled(v1, 0);
        var namesake = ground.namesake(v1);
        assumeTrue(namesake.isPresent(), "names are nothing that could be taken here");
        try (var other = namesake.get()) {
            assertThat(scale(v1, 1)).isInstanceOf(Answer.Failed.class);
            target.supervise();
            scaled(v1, 0);

            assertThat(ground.running()).isZero();
            assertThat(other.isUntouched()).isTrue();
        }
    }

    @Test
    void names_that_lead_out_of_its_bounds_are_refused() throws Exception {
        for (String name : List.of("../api", "api/1", "..", "", "api\n1")) {
            var outside = ground.revision("api-1", TestProgram.WAITS);
            var elsewhere =
                    new Revision(
                            name,
                            outside.component(),
                            outside.artifact(),
                            outside.configuration(),
                            outside.launch());
            assertThat(isRefused(elsewhere, SCOPE)).as("revision `%s`", name).isTrue();
            assertThat(isRefused(outside, Scope.component("local", name))).as(name).isTrue();
            assertThat(isRefused(outside, Scope.component(name, "api"))).as(name).isTrue();
        }
        assertThat(ground.running()).isZero();
    }

    private boolean isRefused(Revision revision, Scope scope) {
        var order = new Order(scope, tokens.incrementAndGet(), "r-1", 3, ground.patience());
        try {
            return target.scale(new Work.Scale(revision, 1), order) instanceof Answer.Failed;
        } catch (IllegalArgumentException _) {
            return true;
        }
    }
}
