package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Fate;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One Service for good, and who is behind it: told only when it is so.
class ServiceRouterTest {
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

    private List<String> pods(Revision revision) {
        return host.cluster.list("Pod", "shop").stream()
                .filter(pod -> Trees.labels(pod).containsValue(revision.id()))
                .map(Trees::name)
                .sorted()
                .toList();
    }

    // --- what it does not do ------------------------------------------------------------------

    @Test
    void nothing_is_sent_to_what_is_not_ready() {
        var ready = new AtomicBoolean();
        var v1 = host.revision("api-1", new Fate.ReadyWhile(ready));
        host.scaled(v1, 2);
        Order order = host.order();

        assertThat(host.router.route(host.line(v1, 2), order))
                .isEqualTo(new Answer.NotYet("0 of 2 instances of `api-1` are ready"));
        assertThat(host.cluster.find("Service", "shop", "api")).isEmpty();
        ready.set(true);
        ClusterHost.await(
                "the same order is taken when they are",
                () -> host.router.route(host.line(v1, 2), order) instanceof Answer.Done);
    }

    @Test
    void what_a_service_cannot_do_is_told_and_not_left_out() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        var sticky = new Traffic.Rules(List.of(), Duration.ZERO, true);
        var slow = new Traffic.Rules(List.of(), Duration.ofSeconds(5), false);
        var one = List.of(new Traffic.Share("api-1", 1, 1));

        for (Traffic.Rules rules : List.of(sticky, slow)) {
            var traffic = new Traffic(3000, one, rules);
            assertThat(host.router.route(new Work.Route("api", traffic, List.of(v1)), host.order()))
                    .isInstanceOfSatisfying(
                            Answer.Failed.class,
                            no -> assertThat(no.reason()).startsWith("a Service "));
        }
        assertThat(host.cluster.find("Service", "shop", "api")).isEmpty();
    }

    @Test
    void a_service_of_somebody_else_is_left_alone() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.cluster.put(
                "Service",
                "shop",
                """
                {"metadata": {"name": "api"}, "spec": {"ports": [{"port": 80}]}}
                """);

        assertThat(host.router.route(host.line(v1, 1), host.order()))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("somebody else has `api`"));
        assertThat(host.router.observe(ClusterHost.SCOPE)).isEmpty();
    }

    // --- what it does -------------------------------------------------------------------------

    @Test
    void a_cutover_is_one_write_and_is_told_when_it_is_so() {
        var v1 = host.revision("api-1");
        var v2 = host.revision("api-2");
        host.scaled(v1, 2);
        host.routed(host.line(v1, 2));
        assertThat(host.behind()).isEqualTo(pods(v1));
        host.scaled(v2, 2);
        assertThat(host.behind()).as("nobody asked for it").isEqualTo(pods(v1));
        long before = host.asked("patch", "services");

        host.routed(host.line(v2, 2));

        assertThat(host.behind()).isEqualTo(pods(v2));
        assertThat(host.asked("patch", "services")).isEqualTo(before + 1);
        Router.Observed seen = host.router.observe(ClusterHost.SCOPE).orElseThrow();
        assertThat(seen.port()).isEqualTo(ClusterHost.PORT);
        assertThat(seen.weights()).isEqualTo(Map.of("api-2", 2));
        assertThat(seen.members()).isEqualTo(Map.of("api-2", List.of("api-2-1", "api-2-2")));
    }

    @Test
    void it_is_not_told_before_the_cluster_has_passed_it_on() {
        var v1 = host.revision("api-1");
        var v2 = host.revision("api-2");
        host.scaled(v1, 1);
        host.scaled(v2, 1);
        host.routed(host.line(v1, 1));
        host.cluster.holdEndpoints(true);
        var answer = ClusterHost.later(() -> host.router.route(host.line(v2, 1), host.order()));
        ClusterHost.await(
                "its Service is written",
                () ->
                        host.cluster.find("Service", "shop", "api").stream()
                                .anyMatch(one -> one.toString().contains("api-2:1:1")));
        assertThat(answer).isNotDone();

        host.cluster.holdEndpoints(false);

        assertThat(answer.join()).isInstanceOf(Answer.Done.class);
        assertThat(host.behind()).isEqualTo(pods(v2));
    }

    @Test
    void of_two_revisions_as_many_get_requests_as_the_shares_say() {
        var v1 = host.revision("api-1");
        var v2 = host.revision("api-2");
        host.scaled(v1, 3);
        host.routed(host.line(v1, 3));
        host.scaled(v2, 2);

        host.routed(host.line(new Revision[] {v2, v1}, 1, 2));

        assertThat(host.behind()).hasSize(3);
        assertThat(host.behind()).filteredOn(pods(v1)::contains).hasSize(2);
        Router.Observed seen = host.router.observe(ClusterHost.SCOPE).orElseThrow();
        assertThat(seen.members())
                .isEqualTo(
                        Map.of(
                                "api-1",
                                List.of("api-1-1", "api-1-2"),
                                "api-2",
                                List.of("api-2-1")));
        host.scaled(v1, 2);
        assertThat(host.behind()).hasSize(3);
        assertThat(host.scale(v1, 1)).isInstanceOf(Answer.NotYet.class);
        host.routed(host.line(v2, 2));
        assertThat(host.behind()).isEqualTo(pods(v2));
        host.scaled(v1, 0);
    }

    @Test
    void to_nobody_and_away() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.routed(host.line(v1, 1));

        host.routed(new Work.Route("api", Traffic.none(3000), List.of()));
        assertThat(host.behind()).isEmpty();
        host.routed(new Work.Route("api", Traffic.NOWHERE, List.of()));

        assertThat(host.cluster.find("Service", "shop", "api")).isEmpty();
        assertThat(host.router.observe(ClusterHost.SCOPE)).isEmpty();
    }

    @Test
    void instances_that_get_requests_are_not_stopped() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);
        host.routed(host.line(v1, 2));

        assertThat(host.scale(v1, 1)).isInstanceOf(Answer.NotYet.class);
        assertThat(host.instances())
                .hasSize(2)
                .allMatch(one -> one.state() == Instance.State.RUNNING);
    }

    // --- what is around -------------------------------------------------------------------------

    private static Traffic.At at(String host) {
        var web = new Traffic.Entrance("web", 80);
        return new Traffic.At(web, List.of(host), List.of(), Set.of(), Map.of());
    }

    private List<String> names(String kind) {
        return host.cluster.list(kind, ClusterHost.NAMESPACE).stream()
                .map(Trees::name)
                .sorted()
                .toList();
    }

    private static Placement.Ingress ingress() {
        return new Placement.Ingress(
                "nginx", new Placement.Uncertified(), new TreeMap<>(), "ingress-nginx");
    }

    @Test
    void what_leads_to_a_component_goes_with_it() {
        host.entry = ingress();
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);
        host.routed(host.line(v1, 2, at("shop.example.org")));
        assertThat(names("Ingress")).containsExactly("api");
        assertThat(names("PodDisruptionBudget")).containsExactly("api");
        List<String> shared = new ArrayList<>(names("NetworkPolicy"));
        assertThat(shared).hasSize(2);
        assertThat(shared.remove("api")).isTrue();

        host.routed(new Work.Route("api", Traffic.NOWHERE, List.of()));

        assertThat(names("Service")).isEmpty();
        assertThat(names("Ingress")).isEmpty();
        assertThat(names("PodDisruptionBudget")).isEmpty();
        assertThat(names("NetworkPolicy")).isEqualTo(shared);
    }

    @Test
    void what_is_led_to_otherwise_leaves_nothing_behind() {
        host.entry = new Placement.Gateway("main", "", "https", "");
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.routed(host.line(v1, 1, at("shop.example.org"), at("api.example.org")));
        assertThat(names("HTTPRoute")).containsExactly("api", "api.1");

        host.routed(host.line(v1, 1, at("shop.example.org")));

        assertThat(names("HTTPRoute")).containsExactly("api");
        host.entry = ingress();
        var v2 = host.revision("api-2");
        host.scaled(v2, 1);
        host.routed(host.line(v2, 1, at("shop.example.org")));
        assertThat(names("HTTPRoute")).isEmpty();
        assertThat(names("Ingress")).containsExactly("api");
    }

    @Test
    void what_somebody_else_made_there_stays() {
        host.entry = ingress();
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.routed(host.line(v1, 1, at("shop.example.org")));
        host.cluster.delete("Ingress", ClusterHost.NAMESPACE, "api");
        host.cluster.put(
                "Ingress",
                ClusterHost.NAMESPACE,
                """
                {"metadata": {"name": "api"}, "spec": {}}
                """);

        host.routed(new Work.Route("api", Traffic.NOWHERE, List.of()));

        assertThat(names("Ingress")).containsExactly("api");
        assertThat(names("Service")).isEmpty();
    }

    @Test
    void what_was_not_taken_away_by_one_order_is_by_the_next() {
        host.entry = new Placement.Gateway("main", "", "https", "");
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.routed(host.line(v1, 1, at("shop.example.org"), at("api.example.org")));
        host.faults().next("delete", "httproutes", new Faults.Fails(403));
        Work.Route one = host.line(v1, 1, at("shop.example.org"));
        assertThat(host.router.route(one, host.order())).isInstanceOf(Answer.Failed.class);
        assertThat(names("HTTPRoute")).containsExactly("api", "api.1");
        assertThat(host.behind()).isEqualTo(pods(v1));

        host.routed(one);

        assertThat(names("HTTPRoute")).containsExactly("api");
    }

    @Test
    void what_takes_something_away_late_comes_to_nothing_after_a_probe() {
        host.entry = new Placement.Gateway("main", "", "https", "");
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        Work.Route both = host.line(v1, 1, at("shop.example.org"), at("api.example.org"));
        host.routed(both);
        Faults.Held held = host.faults().next("delete", "httproutes", new Faults.Held());
        Work.Route one = host.line(v1, 1, at("shop.example.org"));
        var late = ClusterHost.later(() -> host.router.route(one, host.order()));
        ClusterHost.await("it is on its way", () -> host.asked("delete", "httproutes") == 1);

        host.router.probe(one, host.order());
        host.routed(both);
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(names("HTTPRoute")).containsExactly("api", "api.1");
    }

    // --- tokens -------------------------------------------------------------------------------

    @Test
    void a_late_cutover_comes_to_nothing_after_a_probe() {
        var v1 = host.revision("api-1");
        var v2 = host.revision("api-2");
        host.scaled(v1, 1);
        host.scaled(v2, 1);
        assertThat(host.router.route(host.line(v1, 1), host.order(5)))
                .isInstanceOf(Answer.Done.class);
        Faults.Held held = host.faults().next("patch", "services", new Faults.Held());
        var late = ClusterHost.later(() -> host.router.route(host.line(v2, 1), host.order(6)));
        ClusterHost.await("it is on its way", () -> host.asked("patch", "services") == 2);

        assertThat(host.router.probe(host.line(v2, 1), host.order(7)))
                .isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(host.behind()).isEqualTo(pods(v1));
        assertThat(host.router.route(host.line(v1, 1), host.order(6)))
                .isEqualTo(new Answer.Stale(6));
    }

    @Test
    void a_cutover_whose_answer_is_lost_is_found_by_its_probe() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.faults().next("patch", "services", new Faults.AnswerLost());
        assertThatThrownBy(() -> host.router.route(host.line(v1, 1), host.order(5)))
                .isInstanceOf(UncheckedIOException.class);

        assertThat(host.router.probe(host.line(v1, 1), host.order(6)))
                .isInstanceOf(Finding.Done.class);
        assertThat(host.asked("patch", "services")).isEqualTo(2);
    }

    @Test
    void a_selector_that_somebody_else_changed_is_no_longer_what_was_done() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.routed(host.line(v1, 1));
        host.cluster.put(
                "Service",
                "shop",
                host.cluster
                        .find("Service", "shop", "api")
                        .orElseThrow()
                        .toString()
                        .replace("\"belay.dev/revision\":\"api-1\"", "\"a\":\"b\""));

        assertThat(host.router.probe(host.line(v1, 1), host.order()))
                .isEqualTo(new Finding.NotDone());
        host.routed(host.line(v1, 1));

        assertThat(host.behind()).isEqualTo(pods(v1));
    }

    @Test
    void an_old_cluster_that_has_its_slices_elsewhere_is_understood() throws Exception {
        host.close();
        host = new ClusterHost(folder, FakeCluster.start("shop", 20));
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);

        host.routed(host.line(v1, 2));

        assertThat(host.behind()).isEqualTo(pods(v1));
    }
}
