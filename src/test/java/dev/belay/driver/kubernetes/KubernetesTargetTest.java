package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import dev.belay.release.Work;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// What a target promises, promised by Deployments and Jobs of a cluster whose answers are lost,
/// late, too many or a no.
class KubernetesTargetTest {
    @TempDir private Path folder;
    private ClusterHost host;

    @BeforeEach
    void start() throws Exception {
        host = new ClusterHost(folder);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    // --- bad input ----------------------------------------------------------------------------

    @Test
    void an_image_that_is_not_there_is_told_in_the_words_of_the_cluster() {
        var v1 = host.revision("api-1", new Fate.NoImage("manifest unknown"));

        assertThat(host.scale(v1, 2))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> {
                            assertThat(no.reason())
                                    .contains("`api-1-1` has no image", "manifest unknown");
                            assertThat(no.retryable()).isFalse();
                        });
        assertThat(host.probe(new Work.Scale(v1, 2))).isInstanceOf(Finding.Partial.class);
        host.scaled(v1, 0);
        assertThat(host.cluster.list("Pod", "shop")).isEmpty();
    }

    @Test
    void one_that_dies_again_and_again_is_told_with_its_status_and_last_words() {
        var v1 = host.revision("api-1", new Fate.Crashes(3, "begin\nno luck"));

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("`api-1-1`", "status 3", "no luck"));
        assertThat(host.instances())
                .singleElement()
                .satisfies(one -> assertThat(one.state()).isEqualTo(Instance.State.CRASH_LOOP));
    }

    @Test
    void one_that_no_node_takes_is_told_with_the_reason() {
        var v1 = host.revision("api-1", new Fate.Unschedulable("0/3 nodes: Insufficient cpu"));

        assertThat(
                        host.target.scale(
                                new Work.Scale(v1, 1),
                                new Order(ClusterHost.SCOPE, 1, "r-1", 3, Duration.ofSeconds(6))))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("Insufficient cpu"));
    }

    @Test
    void a_quota_that_is_used_up_is_told_at_once() {
        host.cluster.quota("shop", 1);

        assertThat(host.scale(host.revision("api-1"), 2))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> {
                            assertThat(no.reason()).contains("exceeded quota");
                            assertThat(no.hint()).contains("quota");
                        });
    }

    @Test
    void a_policy_that_says_no_is_told_in_its_words() {
        host.faults().deny("create", "deployments", "images must be signed");

        assertThat(host.scale(host.revision("api-1"), 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("images must be signed"));
        assertThat(host.cluster.list("Deployment", "shop")).isEmpty();
    }

    @Test
    void what_may_not_be_done_is_told_with_the_permission_that_is_missing() {
        host.faults().forbid("create", "deployments");

        assertThat(host.scale(host.revision("api-1"), 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> {
                            assertThat(no.reason()).contains("cannot create", "deployments");
                            assertThat(no.hint()).contains("Role");
                        });
    }

    @Test
    void what_somebody_else_gave_our_name_is_left_alone() {
        var v1 = host.revision("api-1");
        host.cluster.put(
                "Deployment",
                "shop",
                """
                {"metadata": {"name": "api-1"},
                 "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}},
                          "template": {"metadata": {"labels": {"a": "b"}}}}}
                """);
        var before = host.deployment(v1);

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("somebody else has `api-1`"));
        assertThat(host.probe(new Work.Scale(v1, 1))).isInstanceOf(Finding.Conflict.class);
        host.scaled(v1, 0);
        assertThat(Trees.uid(host.deployment(v1).orElseThrow()))
                .isEqualTo(Trees.uid(before.orElseThrow()));
    }

    @Test
    void a_secret_without_a_value_starts_nothing() {
        host.secrets.put("KEY", "hunter22");
        var v1 = host.revision("api-1");
        host.secrets.clear();

        assertThat(host.scale(v1, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class, no -> assertThat(no.reason()).contains("KEY"));
        assertThat(host.cluster.list("Deployment", "shop")).isEmpty();
    }

    @Test
    void a_cluster_that_is_too_old_is_told_so() throws Exception {
        host.close();
        host = new ClusterHost(folder, FakeCluster.start("shop", 19));

        assertThat(host.scale(host.revision("api-1"), 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("v1.19.0", "1.20"));
    }

    // --- how many run -------------------------------------------------------------------------

    @Test
    void instances_come_and_go_and_carry_the_token() {
        host.secrets.put("KEY", "hunter22");
        host.plain.put("GREETING", "hello");
        var v1 = host.revision("api-1");
        var v2 = host.revision("api-2");

        host.scaled(v1, 3);
        host.scaled(v2, 1);

        assertThat(host.instances())
                .extracting(Instance::id)
                .containsExactly("api-1-1", "api-1-2", "api-1-3", "api-2-1");
        assertThat(host.instances()).allMatch(one -> one.state() == Instance.State.RUNNING);
        assertThat(Trees.annotation(host.deployment(v1).orElseThrow(), "belay.dev/op-token"))
                .isEqualTo("1");
        assertThat(host.cluster.find("Secret", "shop", "api-1")).isPresent();
        Instance first = host.instances().getFirst();
        host.scaled(v1, 1);
        assertThat(host.instances()).extracting(Instance::id).contains("api-1-1", "api-2-1");
        assertThat(host.instances().getFirst()).isEqualTo(first);
        host.scaled(v1, 0);
        assertThat(host.instances()).extracting(Instance::id).containsExactly("api-2-1");
        ClusterHost.await(
                "what belongs to it goes with it",
                () ->
                        host.cluster.find("Secret", "shop", "api-1").isEmpty()
                                && host.cluster.find("ConfigMap", "shop", "api-1").isEmpty());
    }

    @Test
    void a_control_plane_that_is_started_anew_finds_what_runs() throws Exception {
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);
        var before = host.instances();

        host.restart();

        assertThat(host.instances()).isEqualTo(before);
        assertThat(host.target.environments()).containsExactly("shop");
        assertThat(host.target.artifactsInUse()).containsExactly(v1.artifact());
    }

    // --- tokens -------------------------------------------------------------------------------

    @Test
    void late_and_doubled_orders_do_nothing_and_a_probe_seals() {
        var work = new Work.Scale(host.revision("api-1"), 1);
        assertThat(host.target.scale(work, host.order(5))).isInstanceOf(Answer.Done.class);

        assertThat(host.target.scale(work, host.order(5))).isEqualTo(new Answer.Stale(5));
        assertThat(host.target.probe(work, host.order(9))).isInstanceOf(Finding.Done.class);
        assertThat(host.target.scale(new Work.Scale(work.revision(), 0), host.order(8)))
                .isEqualTo(new Answer.Stale(8));
        assertThat(host.instances()).hasSize(1);
    }

    @Test
    void the_last_token_outlives_every_object_that_carried_it() {
        var v1 = host.revision("api-1");
        host.target.scale(new Work.Scale(v1, 1), host.order(5));
        host.target.scale(new Work.Scale(v1, 0), host.order(6));
        host.restart();

        assertThat(host.target.scale(new Work.Scale(v1, 1), host.order(6)))
                .isEqualTo(new Answer.Stale(6));
        assertThat(host.instances()).isEmpty();
    }

    @Test
    void a_record_that_somebody_deleted_is_made_anew_from_what_runs() {
        var v1 = host.revision("api-1");
        host.target.scale(new Work.Scale(v1, 1), host.order(7));
        host.cluster.delete("ConfigMap", "shop", "belay-scope-api");

        assertThat(host.target.scale(new Work.Scale(v1, 2), host.order(7)))
                .isEqualTo(new Answer.Stale(7));
    }

    @Test
    void an_order_that_is_held_up_before_its_write_comes_to_nothing_after_a_probe() {
        Revision v1 = host.revision("api-1");
        var work = new Work.Scale(v1, 2);
        Faults.Held held = host.faults().next("patch", "deployments", new Faults.Held());
        var late = ClusterHost.later(() -> host.target.scale(work, host.order(5)));
        ClusterHost.await("it is on its way", () -> host.asked("patch", "deployments") == 1);

        assertThat(host.target.probe(work, host.order(6))).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(host.cluster.list("Pod", "shop")).isEmpty();
    }

    @Test
    void an_order_that_is_held_up_before_it_creates_anything_comes_to_nothing_after_a_probe() {
        Revision v1 = host.revision("api-1");
        var work = new Work.Scale(v1, 2);
        Faults.Held held = host.faults().next("create", "deployments", new Faults.Held());
        var late = ClusterHost.later(() -> host.target.scale(work, host.order(5)));
        ClusterHost.await("it is on its way", () -> host.asked("create", "deployments") == 1);

        assertThat(host.target.probe(work, host.order(6))).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(host.cluster.list("Pod", "shop")).isEmpty();
        assertThat(host.deployment(v1)).as("what it reserved").isEmpty();
    }

    @Test
    void an_order_that_is_held_up_while_it_makes_ready_comes_to_nothing_after_a_probe() {
        Revision v1 = host.revision("api-1");
        var work = new Work.Scale(v1, 2);
        Faults.Held held = host.faults().next("patch", "serviceaccounts", new Faults.Held());
        var late = ClusterHost.later(() -> host.target.scale(work, host.order(5)));
        ClusterHost.await("it is on its way", () -> host.asked("patch", "serviceaccounts") == 1);

        assertThat(host.target.probe(work, host.order(6))).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(host.cluster.list("Pod", "shop")).isEmpty();
    }

    @Test
    void a_write_whose_answer_is_lost_is_found_by_its_probe_and_not_sent_again() {
        var work = new Work.Scale(host.revision("api-1"), 2);
        host.faults().next("patch", "deployments", new Faults.AnswerLost());

        assertThatThrownBy(() -> host.target.scale(work, host.order(1)))
                .isInstanceOf(UncheckedIOException.class);

        long sent = host.asked("patch", "deployments");
        host.order();
        ClusterHost.await("it is found done", () -> host.probe(work) instanceof Finding.Done);
        assertThat(sent).as("once over what the controller wrote").isBetween(1L, 2L);
        assertThat(host.instances()).hasSize(2);
    }

    @Test
    void somebody_elses_change_is_no_longer_what_was_done_and_the_next_order_repairs_it() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);
        var changed = (ObjectNode) host.deployment(v1).orElseThrow();
        Trees.in(changed, "spec").put("replicas", 5);
        host.cluster.put("Deployment", "shop", changed);

        assertThat(host.probe(new Work.Scale(v1, 2))).isEqualTo(new Finding.NotDone());
        host.scaled(v1, 2);

        assertThat(host.instances()).hasSize(2);
    }

    // --- what it takes ------------------------------------------------------------------------

    /// Of several times the fewest: a controller that writes in between makes it more.
    private int fewest(String begin, int instances) {
        return IntStream.rangeClosed(1, 3)
                .map(i -> {
                    Revision revision = host.revision(begin + i);
                    int before = host.cluster.asked().size();
                    host.scaled(revision, instances);
                    return (int)
                            host.cluster.asked().stream()
                                    .skip(before)
                                    .filter(one -> !one.verb().equals("watch"))
                                    .count();
                })
                .min()
                .orElseThrow();
    }

    @Test
    void a_deployment_takes_a_dozen_requests_at_most() {
        host.secrets.put("KEY", "hunter22");
        host.plain.put("GREETING", "hello");
        host.scaled(host.revision("api-1"), 1);

        assertThat(fewest("api-1", 2)).as("one that is made").isLessThanOrEqualTo(12);
        assertThat(fewest("api-1", 3)).as("one that is there").isLessThanOrEqualTo(12);
        host.scaling = new Scaling(2, 5, Scaling.Measure.CPU, 70);
        assertThat(fewest("api-2", 2))
                .as("two more for what follows its load")
                .isLessThanOrEqualTo(14);
    }

    // --- a cluster that is not at its best ----------------------------------------------------

    @Test
    void too_many_requests_are_sent_again_when_the_cluster_says_so() {
        host.faults().next("create", "deployments", new Faults.Throttled(Duration.ofSeconds(1)));

        host.scaled(host.revision("api-1"), 1);

        assertThat(host.asked("create", "deployments")).isEqualTo(2);
    }

    @Test
    void reads_are_tried_again_and_watches_begin_anew() {
        var v1 = host.revision("api-1");
        host.faults().next("get", "configmaps", new Faults.Fails(500));
        host.faults().next("list", "pods", new Faults.Cut());
        host.scaled(v1, 1);
        host.cluster.cutWatches();
        host.cluster.forgetChanges();

        host.scaled(v1, 3);

        assertThat(host.instances()).hasSize(3);
    }

    @Test
    void pods_that_do_not_end_in_time_are_told_and_waited_for() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.cluster.holdEnds(true);

        assertThat(
                        host.target.scale(
                                new Work.Scale(v1, 0),
                                new Order(ClusterHost.SCOPE, 50, "r-1", 3, Duration.ofSeconds(4))))
                .isInstanceOf(Answer.Failed.class);
        assertThat(host.target.probe(new Work.Scale(v1, 0), host.order(51)))
                .isInstanceOf(Finding.InProgress.class);
        host.cluster.holdEnds(false);

        assertThat(host.target.scale(new Work.Scale(v1, 0), host.order(52)))
                .isInstanceOf(Answer.Done.class);
    }

    // --- jobs ---------------------------------------------------------------------------------

    @Test
    void a_job_runs_once_and_is_found_as_it_ended() {
        var job = new Work.RunJob(host.revision("job-r", new Fate.Ends(0, "done it")), List.of());
        assertThat(host.target.runJob(job, host.order(1))).isInstanceOf(Answer.Done.class);

        assertThat(host.target.runJob(job, host.order(1))).isEqualTo(new Answer.Stale(1));
        assertThat(host.target.probe(job, host.order(2))).isInstanceOf(Finding.Done.class);
        assertThat(host.cluster.list("Job", "shop")).hasSize(1);
    }

    @Test
    void a_job_that_fails_is_told_with_its_status_and_last_words() {
        var job =
                new Work.RunJob(
                        host.revision("job-r", new Fate.Ends(4, "cannot connect")), List.of());

        assertThat(host.target.runJob(job, host.order(1)))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("status 4", "cannot connect"));
        assertThat(host.target.probe(job, host.order(2)))
                .isInstanceOfSatisfying(
                        Finding.Failed.class,
                        no -> assertThat(no.reason()).contains("status 4", "cannot connect"));
    }

    @Test
    void a_job_that_is_held_up_never_begins_after_a_probe_said_that_it_did_not() {
        var over = new AtomicBoolean();
        var job = new Work.RunJob(host.revision("job-r", new Fate.EndsWhen(over)), List.of());
        host.target.scale(new Work.Scale(host.revision("api-1"), 0), host.order(1));
        Faults.Held held = host.faults().next("create", "jobs", new Faults.Held());
        var late = ClusterHost.later(() -> host.target.runJob(job, host.order(5)));
        ClusterHost.await("it is on its way", () -> host.asked("create", "jobs") == 1);

        assertThat(host.target.probe(job, host.order(6))).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(host.cluster.list("Pod", "shop")).isEmpty();
    }
}
