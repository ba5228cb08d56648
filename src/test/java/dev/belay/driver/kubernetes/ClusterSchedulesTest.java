package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.release.CronSchedule;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What runs by the clock in a cluster: which revision's, and never two of them.
class ClusterSchedulesTest {
    private static final String SHOP = ClusterHost.NAMESPACE;

    @TempDir private Path folder;
    private ClusterHost host;

    @BeforeEach
    void start() throws Exception {
        begin(FakeCluster.start(SHOP));
    }

    private void begin(FakeCluster cluster) throws Exception {
        host = new ClusterHost(folder, cluster);
        host.schedule = new CronSchedule("30 2 * * *", "Europe/Oslo", Duration.ofHours(1));
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private Optional<JsonNode> schedule(Revision revision) {
        return host.cluster.find("CronJob", SHOP, revision.id());
    }

    private Optional<String> strikes(Revision revision) {
        return host.cluster.strike(SHOP, revision.id());
    }

    private void ran(Revision revision, String condition) {
        String run = strikes(revision).orElseThrow();
        ClusterHost.await(
                run + " ends",
                () -> Trees.holds(host.cluster.find("Job", SHOP, run).orElseThrow(), condition));
    }

    @Test
    void a_revision_has_one_with_its_token_its_values_and_its_zone() throws Exception {
        host.secrets.put("KEY", "hunter22");
        host.plain.put("GREETING", "hello");
        var v1 = host.revision("api-1", new Fate.Ends(0, "counted"));

        host.scaled(v1, 1);

        JsonNode made = schedule(v1).orElseThrow();
        assertThat(Trees.text(made, "spec", "schedule")).isEqualTo("30 2 * * *");
        assertThat(Trees.text(made, "spec", "timeZone")).isEqualTo("Europe/Oslo");
        assertThat(Trees.text(made, "spec", "concurrencyPolicy")).isEqualTo("Forbid");
        assertThat(ClusterSchedules.isSuspended(made)).isFalse();
        assertThat(Trees.annotation(made, "belay.dev/op-token")).isEqualTo("1");
        assertThat(Trees.labels(made)).containsEntry("belay.dev/revision", "api-1");
        assertThat(Trees.number(made, "spec", "jobTemplate", "spec", "activeDeadlineSeconds"))
                .isEqualTo(3600);
        assertThat(host.instances())
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.id()).isEqualTo("api-1-1");
                    assertThat(one.state()).isEqualTo(Instance.State.RUNNING);
                    assertThat(one.detail()).isEqualTo("ready, by the clock, has not run yet");
                });
        assertThat(host.target.ready(new Work.Ready(v1, 1), host.order()))
                .containsInstanceOf(Look.Done.class);

        ran(v1, "Complete");

        assertThat(host.instances().getFirst().detail()).contains("ended well");
        assertThat(host.target.artifactsInUse()).containsExactly(v1.artifact());
        host.scaled(v1, 0);
        assertThat(host.instances()).isEmpty();
        for (String kind : List.of("CronJob", "Job", "Pod", "Secret")) {
            ClusterHost.await(kind + " goes", () -> host.cluster.list(kind, SHOP).isEmpty());
        }
    }

    @Test
    void what_runs_may_finish_and_nothing_else_begins_before_the_next_revision() {
        var over = new AtomicBoolean();
        var v1 = host.revision("api-1", new Fate.EndsWhen(over));
        var v2 = host.revision("api-2", new Fate.Ends(0, ""));
        host.scaled(v1, 1);
        String run = strikes(v1).orElseThrow();
        assertThat(host.scale(v2, 1))
                .isEqualTo(new Answer.NotYet("`api-1` still runs by the clock"));

        var ending = ClusterHost.later(() -> host.scale(v1, 0));
        ClusterHost.await(
                "it is suspended",
                () -> schedule(v1).filter(ClusterSchedules::isSuspended).isPresent());
        assertThat(strikes(v1)).isEmpty();
        assertThat(host.cluster.find("Job", SHOP, run)).isPresent();
        over.set(true);

        assertThat(ending.join()).isInstanceOf(Answer.Done.class);
        host.scaled(v2, 1);
        assertThat(host.instances()).extracting(Instance::revision).containsExactly("api-2");
    }

    @Test
    void a_run_that_does_not_finish_while_it_is_waited_for_is_ended() {
        var v1 = host.revision("api-1", new Fate.EndsWhen(new AtomicBoolean()));
        host.scaled(v1, 1);
        assertThat(strikes(v1)).isPresent();

        host.scaled(v1, 0);

        assertThat(host.cluster.list("Job", SHOP)).isEmpty();
        assertThat(host.cluster.list("Pod", SHOP)).isEmpty();
    }

    @Test
    void two_runs_in_a_row_that_failed_are_an_illness() {
        var v1 = host.revision("api-1", new Fate.Ends(3, "no"));
        host.scaled(v1, 1);

        ran(v1, "Failed");
        assertThat(host.instances().getFirst().state()).isEqualTo(Instance.State.RUNNING);
        ran(v1, "Failed");

        assertThat(host.instances().getFirst().state()).isEqualTo(Instance.State.CRASH_LOOP);
    }

    @Test
    void late_orders_do_nothing_and_a_probe_seals() {
        var v1 = host.revision("api-1");
        var work = new Work.Scale(v1, 1);
        Faults.Held held = host.faults().next("patch", "cronjobs", new Faults.Held());
        var late = ClusterHost.later(() -> host.target.scale(work, host.order(5)));
        ClusterHost.await("it is on its way", () -> host.asked("patch", "cronjobs") == 1);

        assertThat(host.target.probe(work, host.order(6))).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(schedule(v1).filter(one -> !ClusterSchedules.isSuspended(one))).isEmpty();
        assertThat(host.target.scale(work, host.order(7))).isInstanceOf(Answer.Done.class);
        assertThat(host.target.probe(work, host.order(8))).isInstanceOf(Finding.Done.class);
        host.cluster.delete("ConfigMap", SHOP, "belay-scope-api");
        host.restart();
        assertThat(host.target.scale(new Work.Scale(v1, 0), host.order(7)))
                .as("its token is in what runs")
                .isEqualTo(new Answer.Stale(7));
    }

    @Test
    void one_that_somebody_suspended_runs_no_more_and_the_next_order_repairs_it() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        var changed = (ObjectNode) schedule(v1).orElseThrow();
        Trees.in(changed, "spec").put("suspend", true);
        host.cluster.put("CronJob", SHOP, changed);

        assertThat(host.probe(new Work.Scale(v1, 1))).isEqualTo(new Finding.NotDone());
        assertThat(host.instances().getFirst().state()).isEqualTo(Instance.State.EXITED);
        host.scaled(v1, 1);

        assertThat(strikes(v1)).isPresent();
    }

    @Test
    void hours_of_a_zone_that_the_cluster_does_not_know_are_no_hours() throws Exception {
        host.close();
        begin(FakeCluster.start(SHOP, 20));

        assertThat(host.scale(host.revision("api-1"), 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("1.20", "Europe/Oslo"));
        host.schedule = new CronSchedule("30 2 * * *", CronSchedule.UTC, Duration.ofHours(1));
        host.scaled(host.revision("api-1"), 1);
        assertThat(host.instances()).hasSize(1);
    }

    @Test
    void who_has_nothing_of_the_kind_is_not_asked_for_it() {
        host.schedule = null;
        host.scaled(host.revision("api-1"), 1);
        host.instances();

        assertThat(host.cluster.asked()).noneMatch(one -> one.kind().equals("cronjobs"));
    }
}
