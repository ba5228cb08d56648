package dev.belay.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.release.Launch;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.Closeable;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What every target promises, whatever its programs run in. A kind of target keeps it when a
/// subclass passes, which only says with a [TargetGround] how things are made and harmed there; no
/// step of a plan may be taken for repeatable or for one that can be probed before that.
///
/// What it answers to orders is here; what it keeps alive is in [KeepingContract], of which this is
/// the rest.
public abstract class TargetContract extends KeepingContract {
    // --- how many run -----------------------------------------------------------------------

    @Test
    void exactly_as_many_run_as_were_wanted_with_numbers_from_one() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);

        scaled(v1, 3);

        assertThat(instances()).extracting(Instance::number).containsExactly(1, 2, 3);
        assertThat(instances()).extracting(Instance::id).doesNotHaveDuplicates();
        assertThat(instances())
                .allMatch(one -> one.state() == Instance.State.RUNNING)
                .allMatch(one -> one.revision().equals("api-1"))
                .allMatch(one -> target.lives(SCOPE, one));
        assertThat(ground.running()).isEqualTo(3);
        assertThat(target.recorded(SCOPE)).isEqualTo(instances());
    }

    @Test
    void to_scale_again_changes_nothing() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 2);
        var before = instances();

        scaled(v1, 2);

        assertThat(instances()).isEqualTo(before);
        assertThat(ground.running()).isEqualTo(2);
    }

    @Test
    void scaling_down_stops_the_highest_numbers() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 3);
        Instance first = instances().getFirst();

        scaled(v1, 1);

        assertThat(instances()).containsExactly(first);
        assertThat(ground.running()).isEqualTo(1);
    }

    @Test
    void a_stopped_number_starts_afresh_when_it_is_wanted_again() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 2);
        scaled(v1, 0);
        assertThat(instances()).isEmpty();
        assertThat(ground.running()).isZero();

        scaled(v1, 2);

        assertThat(instances()).hasSize(2).allMatch(one -> one.restarts() == 0);
    }

    @Test
    void revisions_run_beside_each_other_and_end_alone() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        var v2 = ground.revision("api-2", TestProgram.WAITS);
        scaled(v1, 1);
        Instance first = only();
        scaled(v2, 1);
        assertThat(instances()).hasSize(2).contains(first);

        scaled(v2, 0);

        assertThat(only()).isEqualTo(first);
        assertThat(ground.running()).isEqualTo(1);
    }

    @Test
    void an_instance_is_reached_where_it_is_said_to_be() throws Exception {
        scaled(ground.revision("api-1", TestProgram.ANSWERS), 1);

        awaitAnswer(only(), "api-1");
    }

    @Test
    void what_runs_is_in_use_and_what_does_not_is_not() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        var v2 = ground.revision("api-2", TestProgram.ANSWERS);
        scaled(v1, 1);

        assertThat(target.artifactsInUse()).contains(v1.artifact()).doesNotContain(v2.artifact());
        assertThat(target.environments()).containsExactly(SCOPE.environment());
        scaled(v1, 0);
        assertThat(target.artifactsInUse()).doesNotContain(v1.artifact());
    }

    // --- tokens -----------------------------------------------------------------------------

    @Test
    void an_order_that_comes_twice_is_done_once() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        Order order = order(7);
        assertThat(target.scale(new Work.Scale(v1, 1), order)).isInstanceOf(Answer.Done.class);
        var before = instances();

        assertThat(target.scale(new Work.Scale(v1, 1), order)).isEqualTo(new Answer.Stale(7));
        assertThat(target.scale(new Work.Scale(v1, 0), order)).isEqualTo(new Answer.Stale(7));
        assertThat(instances()).isEqualTo(before);
        assertThat(ground.running()).isEqualTo(1);
    }

    @Test
    void orders_that_overtook_each_other_leave_what_the_latest_wants() throws Exception {
        assumeTrue(ground.most() > 2, "there are never so many");
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        assertThat(target.scale(new Work.Scale(v1, 2), order(7))).isInstanceOf(Answer.Done.class);

        assertThat(target.scale(new Work.Scale(v1, 0), order(6))).isEqualTo(new Answer.Stale(7));
        assertThat(target.scale(new Work.Scale(v1, 3), order(5))).isEqualTo(new Answer.Stale(7));

        assertThat(instances()).hasSize(2);
        assertThat(ground.running()).isEqualTo(2);
    }

    @Test
    void a_probe_seals_against_orders_that_are_still_on_their_way() throws Exception {
        var work = new Work.Scale(ground.revision("api-1", TestProgram.WAITS), 1);

        assertThat(target.probe(work, order(9))).isEqualTo(new Finding.NotDone());

        assertThat(target.scale(work, order(8))).isEqualTo(new Answer.Stale(8));
        assertThat(target.probe(work, order(8))).isEqualTo(new Finding.Stale(8));
        assertThat(instances()).isEmpty();
        assertThat(ground.running()).isZero();
        assertThat(target.scale(work, order(9))).isInstanceOf(Answer.Done.class);
    }

    @Test
    void every_kind_of_work_is_refused_when_it_comes_late() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.DOES_ITS_JOB);
        target.probe(new Work.Scale(v1, 1), order(9));

        for (Work.Effect work : kindsOfWork(v1)) {
            assertThat(carryOut(work, order(8))).as("%s", work).isEqualTo(new Answer.Stale(8));
            assertThat(target.probe(work, order(8))).isEqualTo(new Finding.Stale(8));
        }
        assertThat(ground.running()).isZero();
    }

    @Test
    void a_new_control_plane_refuses_what_the_one_before_it_refused() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        target.scale(new Work.Scale(v1, 1), order(7));
        target = ground.target(router);

        assertThat(target.scale(new Work.Scale(v1, 0), order(7))).isEqualTo(new Answer.Stale(7));
        assertThat(target.probe(new Work.Scale(v1, 0), order(7))).isEqualTo(new Finding.Stale(7));
        assertThat(only().state()).isEqualTo(Instance.State.RUNNING);
    }

    @Test
    void a_probe_finds_what_was_done_and_what_was_not() {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 2);

        assertThat(probe(new Work.Scale(v1, 2))).isInstanceOf(Finding.Done.class);
        assertThat(probe(new Work.Scale(v1, 1))).isEqualTo(new Finding.NotDone());
        assertThat(probe(new Work.Scale(v1, 3))).isEqualTo(new Finding.NotDone());
        scaled(v1, 0);
        assertThat(probe(new Work.Scale(v1, 0))).isInstanceOf(Finding.Done.class);
        assertThat(probe(new Work.Scale(v1, 2))).isEqualTo(new Finding.NotDone());
    }

    @Test
    void of_many_orders_at_once_each_number_starts_once() throws Exception {
        assumeTrue(ground.most() > 2, "there are never so many");
        ground.secret("KEY", "hunter22");
        var v1 = ground.revision("api-1", TestProgram.TELLS);
        List<Callable<Answer>> orders = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Target own = ground.target(router);
            orders.add(() -> own.scale(new Work.Scale(v1, 3), order()));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(orders)) {
                assertThat(answer.get())
                        .isInstanceOfAny(
                                Answer.Done.class, Answer.Stale.class, Answer.NotYet.class);
            }
        }
        target = ground.target(router);
        scaled(v1, 3);

        assertThat(instances()).hasSize(3);
        assertThat(ground.running()).isEqualTo(3);
        for (Instance instance : instances()) {
            awaitLog(instance, "begin with ***");
            assertThat(ground.log(instance)).hasSize(1);
        }
    }

    @Test
    void an_order_whose_answer_is_lost_is_found_by_its_probe() throws Exception {
        var slow = new Launch.Stop("TERM", Duration.ofSeconds(4), Duration.ZERO);
        var v1 = ground.revision("api-1", TestProgram.IGNORES_END, slow);
        scaled(v1, 1);
        awaitLog(only(), "up");
        var answer = new CompletableFuture<Answer>();
        Thread caller =
                Thread.startVirtualThread(() -> {
                    try {
                        answer.complete(scale(v1, 0));
                    } catch (UncheckedIOException e) {
                        answer.completeExceptionally(e);
                    }
                });
        await("it is told to end", () -> only().state() == Instance.State.STOPPING);

        caller.interrupt();

        assertThat(caller.join(ground.patience())).isTrue();
        assertThat(answer).as("no answer is made up").isCompletedExceptionally();
        target = ground.target(router);
        assertThat(probe(new Work.Scale(v1, 0))).isNotInstanceOf(Finding.Done.class);
        await("it ends", () -> scale(v1, 0) instanceof Answer.Done);
        assertThat(probe(new Work.Scale(v1, 0))).isInstanceOf(Finding.Done.class);
        assertThat(ground.running()).isZero();
    }

    private List<Work.Effect> kindsOfWork(Revision revision) {
        var by =
                new MigrationCommands(
                        List.of("true"),
                        List.of("true"),
                        List.of("true"),
                        List.of(),
                        ground.patience());
        return List.of(
                new Work.Scale(revision, 1),
                new Work.Publish(revision),
                new Work.RunJob(revision, List.of()),
                new Work.MigrateByCommand(revision, "db", by),
                new Work.TakeBackByCommand(revision, "db", by));
    }

    private Answer carryOut(Work.Effect work, Order order) {
        return switch (work) {
            case Work.Scale scale -> target.scale(scale, order);
            case Work.Publish publish -> target.publish(publish, order);
            case Work.RunJob job -> target.runJob(job, order);
            case Work.MigrateByCommand up -> target.migrate(up, order);
            case Work.TakeBackByCommand down -> target.takeBack(down, order);
            case Work.Route _, Work.Shut _, Work.Open _, Work.Migrate _, Work.TakeBack _ ->
                    throw new AssertionError("no work of a target: " + work);
        };
    }

    // --- what fails -------------------------------------------------------------------------

    @Test
    void what_cannot_be_started_leaves_nothing() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.IS_MISSING);

        await("that is said", () -> scale(v1, 1) instanceof Answer.Failed);

        assertThat(ground.running()).isZero();
        assertThat(probe(new Work.Scale(v1, 1))).isNotInstanceOf(Finding.Done.class);
        scaled(v1, 0);
        assertThat(instances()).isEmpty();
    }

    @Test
    void one_that_ends_at_once_is_told_with_its_status_and_its_last_words() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.ENDS_AT_ONCE);

        // On a busy machine it may outlive the moment for which it is watched.
        await(
                "its end is told",
                () ->
                        scale(v1, 1) instanceof Answer.Failed(String reason, String _, boolean _)
                                && reason.contains("`api-1-1`")
                                && reason.contains("status 3")
                                && reason.contains("no luck"));
        scaled(v1, 0);
        assertThat(ground.running()).isZero();
    }

    @Test
    void a_start_that_came_half_way_is_told_as_it_is_and_is_taken_back() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.RUNS_ALONE);
        var work = new Work.Scale(v1, 2);

        await(
                "one is missed by name",
                () ->
                        scale(v1, 2) instanceof Answer.Failed(String reason, String _, boolean _)
                                && reason.contains("`api-1-2`"));

        assertThat(probe(work))
                .satisfiesAnyOf(
                        found -> assertThat(found).isEqualTo(new Finding.NotDone()),
                        found -> assertThat(found).isInstanceOf(Finding.Partial.class));
        assertThat(instances())
                .filteredOn(one -> one.state() == Instance.State.RUNNING)
                .extracting(Instance::number)
                .containsExactly(1);
        scaled(v1, 0);
        assertThat(instances()).isEmpty();
        assertThat(ground.running()).isZero();
    }

    @Test
    void one_that_does_not_heed_its_signal_is_killed_after_its_grace() throws Exception {
        var hasty = new Launch.Stop("TERM", Duration.ofSeconds(1), Duration.ZERO);
        var v1 = ground.revision("api-1", TestProgram.IGNORES_END, hasty);
        scaled(v1, 1);
        awaitLog(only(), "up");

        scaled(v1, 0);

        assertThat(instances()).isEmpty();
        assertThat(ground.running()).isZero();
    }

    @Test
    void one_whose_place_was_taken_meanwhile_gets_another() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.ANSWERS);
        scaled(v1, 1);
        Instance before = only();
        scaled(v1, 0);
        var taken = ground.takePlace(before);
        assumeTrue(taken.isPresent(), "nobody else could have its place");
        try (Closeable _ = taken.get()) {
            scaled(v1, 1);

            awaitAnswer(only(), "api-1");
        }
    }

    // --- a control plane that is started again ----------------------------------------------

    @Test
    void a_new_control_plane_finds_what_runs_and_starts_nothing_twice() throws Exception {
        var v1 = ground.revision("api-1", TestProgram.WAITS);
        scaled(v1, 2);
        var before = instances();

        target = ground.target(router);
        target.supervise();

        assertThat(instances()).isEqualTo(before);
        scaled(v1, 2);
        assertThat(instances()).isEqualTo(before);
        assertThat(ground.running()).isEqualTo(2);
        scaled(v1, 0);
        assertThat(ground.running()).isZero();
    }

    @Test
    void what_an_instance_wrote_is_shown_without_its_secrets() throws Exception {
        ground.secret("KEY", "hunter22");
        scaled(ground.revision("api-1", TestProgram.TELLS), 1);

        awaitLog(only(), "begin with ***");

        assertThat(ground.log(only())).containsExactly("begin with ***");
    }

    // --- jobs -------------------------------------------------------------------------------

    @Test
    void a_job_that_ends_well_is_done_once_and_is_found_done() throws Exception {
        var job = job(TestProgram.DOES_ITS_JOB);

        assertThat(target.runJob(job, order(1))).isInstanceOf(Answer.Done.class);

        assertThat(target.runJob(job, order(1))).isEqualTo(new Answer.Stale(1));
        assertThat(target.probe(job, order(2))).isInstanceOf(Finding.Done.class);
        assertThat(ground.running()).isZero();
    }

    @Test
    void a_job_that_ends_badly_is_told_with_its_status_and_its_last_words() {
        var job = job(TestProgram.FAILS_ITS_JOB);

        assertThat(target.runJob(job, order(1)))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("status 4", "cannot connect"));

        assertThat(target.probe(job, order(2)))
                .isInstanceOfSatisfying(
                        Finding.Failed.class,
                        no -> assertThat(no.reason()).contains("status 4", "cannot connect"));
    }

    @Test
    void a_job_that_never_began_is_not_done_and_begins_no_more() throws Exception {
        var job = job(TestProgram.DOES_ITS_JOB);
        // Where nothing was ever done, nobody could say that nothing was forgotten.
        target.runJob(job, new Order(SCOPE, 1, "r-0", 3, ground.patience()));

        assertThat(target.probe(job, order(5))).isEqualTo(new Finding.NotDone());

        assertThat(target.runJob(job, order(4))).isEqualTo(new Answer.Stale(4));
        assertThat(ground.running()).isZero();
    }

    @Test
    void another_step_or_release_is_not_taken_for_the_one_that_ran_the_job() {
        var job = job(TestProgram.DOES_ITS_JOB);
        target.runJob(job, order(1));
        var step = new Order(SCOPE, 2, "r-1", 9, ground.patience());
        var release = new Order(SCOPE, 3, "r-2", 3, ground.patience());

        assertThat(target.probe(job, step)).isEqualTo(new Finding.NotDone());
        assertThat(target.probe(job, release)).isEqualTo(new Finding.NotDone());
    }

    @Test
    void a_job_goes_on_when_its_control_plane_dies_and_is_found_again() throws Exception {
        var job = job(TestProgram.WORKS_A_WHILE);
        Target dying = target;
        Thread caller =
                Thread.startVirtualThread(() -> {
                    try {
                        dying.runJob(job, order(1));
                    } catch (UncheckedIOException _) {
                        // Its answer is lost.
                    }
                });
        await("it runs", () -> running() == 1);
        caller.interrupt();
        assertThat(caller.join(ground.patience())).isTrue();

        target = ground.target(router);

        assertThat(target.probe(job, order(2))).isInstanceOf(Finding.InProgress.class);
        AtomicLong token = new AtomicLong(2);
        await(
                "it is done",
                () -> target.probe(job, order(token.incrementAndGet())) instanceof Finding.Done);
        // Whoever wrote down how it ended ends a moment later.
        await("nothing of it is left", () -> ground.running() == 0);
    }

    @Test
    void a_job_past_its_time_is_ended_and_has_failed() throws Exception {
        var job = job(TestProgram.NEVER_DONE);
        var order = new Order(SCOPE, 1, "r-1", 3, ground.brief());

        assertThat(target.runJob(job, order)).isInstanceOf(Answer.Failed.class);

        assertThat(ground.running()).isZero();
        assertThat(target.probe(job, order(2))).isInstanceOf(Finding.Failed.class);
    }

    private Work.RunJob job(TestProgram program) {
        return new Work.RunJob(ground.revision("job-r", program), List.of());
    }
}
