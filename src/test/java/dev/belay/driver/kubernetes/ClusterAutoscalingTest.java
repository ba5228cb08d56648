package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import dev.belay.release.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// An autoscaler for each revision: held at what an order says, and let go between releases.
class ClusterAutoscalingTest {
    private static final String KIND = "HorizontalPodAutoscaler";
    @TempDir private Path folder;
    private ClusterHost host;

    @BeforeEach
    void start() throws Exception {
        begin(new ClusterHost(folder));
    }

    private void begin(ClusterHost begun) {
        host = begun;
        host.scaling = new Scaling(2, 12, Scaling.Measure.CPU, 70);
        host.busy.set(true);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private JsonNode autoscaler(String name) {
        return host.cluster.find(KIND, ClusterHost.NAMESPACE, name).orElseThrow();
    }

    private List<Long> range(String name) {
        JsonNode spec = autoscaler(name).path("spec");
        return List.of(Trees.number(spec, "minReplicas"), Trees.number(spec, "maxReplicas"));
    }

    /// Until it has looked once more, whatever came of it.
    private List<String> supervised() {
        var news = new ArrayList<String>();
        long before = host.asked("list", "horizontalpodautoscalers");
        host.restart();
        ClusterHost.await(
                "it has looked",
                () -> {
                    news.addAll(host.target.supervise());
                    return host.asked("list", "horizontalpodautoscalers") > before;
                });
        return news;
    }

    @Test
    void it_is_held_while_a_release_is_under_way_and_let_go_after_it() {
        Revision v1 = host.revision("api-1");
        host.scaled(v1, 3);
        assertThat(range("api-1")).containsExactly(3L, 3L);
        assertThat(Trees.text(autoscaler("api-1"), "spec", "scaleTargetRef", "name"))
                .isEqualTo("api-1");
        supervised();
        assertThat(range("api-1")).as("a release has it").containsExactly(3L, 3L);

        host.busy.set(false);
        List<String> news = supervised();

        ClusterHost.await("it is let go", () -> range("api-1").equals(List.of(2L, 12L)));
        ClusterHost.await(
                "and told",
                () -> {
                    news.addAll(host.target.supervise());
                    return news.contains("`api-1` of `api` has from 2 to 12 instances by its load");
                });
        host.busy.set(true);
        assertThat(host.probe(new Work.Scale(v1, 3))).isEqualTo(new Finding.NotDone());
        host.scaled(v1, 4);
        assertThat(range("api-1")).containsExactly(4L, 4L);
        assertThat(host.probe(new Work.Scale(v1, 4))).isInstanceOf(Finding.Done.class);
        host.scaled(v1, 0);
        assertThat(host.cluster.list(KIND, ClusterHost.NAMESPACE)).isEmpty();
    }

    @Test
    void the_way_back_has_the_older_one_again() {
        Revision v1 = host.revision("api-1");
        Revision v2 = host.revision("api-2");
        host.scaled(v1, 2);
        host.scaled(v2, 2);
        host.scaled(v1, 0);
        host.scaled(v1, 2);
        host.scaled(v2, 0);
        host.busy.set(false);

        supervised();

        ClusterHost.await("it is let go", () -> range("api-1").equals(List.of(2L, 12L)));
        assertThat(host.cluster.list(KIND, ClusterHost.NAMESPACE)).hasSize(1);
    }

    @Test
    void an_old_cluster_knows_it_by_another_version() throws Exception {
        host.close();
        begin(new ClusterHost(folder, FakeCluster.start(ClusterHost.NAMESPACE, 20)));
        host.scaled(host.revision("api-1"), 2);
        host.busy.set(false);

        supervised();

        ClusterHost.await("it is let go", () -> range("api-1").equals(List.of(2L, 12L)));
    }

    @Test
    void what_is_let_go_late_comes_to_nothing_when_a_release_has_begun() {
        Revision v1 = host.revision("api-1");
        host.scaled(v1, 3);
        host.busy.set(false);
        Faults.Held held =
                host.faults().next("update", "horizontalpodautoscalers", new Faults.Held());
        supervised();
        ClusterHost.await(
                "it is on its way", () -> host.asked("update", "horizontalpodautoscalers") == 1);
        host.busy.set(true);
        host.scaled(v1, 5);

        held.release();

        supervised();
        assertThat(range("api-1")).containsExactly(5L, 5L);
    }

    @Test
    void an_order_that_is_late_holds_nothing() {
        Revision v1 = host.revision("api-1");
        Faults.Held held =
                host.faults().next("create", "horizontalpodautoscalers", new Faults.Held());
        var late = ClusterHost.later(() -> host.scale(v1, 3));
        ClusterHost.await(
                "it is on its way", () -> host.asked("create", "horizontalpodautoscalers") == 1);
        assertThat(host.probe(new Work.Scale(v1, 3))).isEqualTo(new Finding.NotDone());

        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(
                        host.cluster.list(KIND, ClusterHost.NAMESPACE).stream()
                                .map(one -> Trees.text(one, "spec", "scaleTargetRef", "name")))
                .allMatch("nobody"::equals);
        host.scaled(v1, 2);
        assertThat(range("api-1")).containsExactly(2L, 2L);
    }

    @Test
    void a_fixed_number_has_none() {
        host.scaling = null;
        host.scaled(host.revision("api-1"), 2);

        assertThat(host.cluster.list(KIND, ClusterHost.NAMESPACE)).isEmpty();
        assertThat(host.asked("create", "horizontalpodautoscalers")).isZero();
    }
}
