package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.driver.kubernetes.fake.GatewayController;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Weights between two revisions: by a gateway's routes as they are asked for, else by numbers of
/// pods, and never told to be what they are not.
class WeightedTrafficTest {
    @TempDir private Path folder;
    private ClusterHost host;
    private Revision v1;
    private Revision v2;

    @BeforeEach
    void start() throws Exception {
        host = new ClusterHost(folder);
        host.entry = new Placement.Gateway("main", "", "https", "");
        v1 = host.revision("api-1");
        v2 = host.revision("api-2");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private static Traffic.Share share(String revision, int weight, int instances) {
        return new Traffic.Share(revision, weight, instances);
    }

    private Work.Route line(Traffic.Share... shares) {
        var web = new Traffic.Entrance("web", 80);
        var at = new Traffic.At(web, List.of("shop.example.org"), List.of(), Set.of(), Map.of());
        var rules = new Traffic.Rules(List.of(at));
        List<Revision> both = shares.length > 1 ? List.of(v1, v2) : List.of(v1);
        return new Work.Route("api", new Traffic(ClusterHost.PORT, List.of(shares), rules), both);
    }

    private Work.Route canary() {
        return line(share("api-1", 99, 2), share("api-2", 1, 1));
    }

    /// The one stands, and has everything; the other stands, too.
    private void stand() {
        host.scaled(v1, 2);
        host.routed(line(share("api-1", 2, 2)));
        host.scaled(v2, 1);
    }

    private List<String> led() {
        return GatewayController.led(
                host.cluster.find("HTTPRoute", ClusterHost.NAMESPACE, "api").orElseThrow());
    }

    private Router.Observed seen() {
        return host.router.observe(ClusterHost.SCOPE).orElseThrow();
    }

    // --- by routes ----------------------------------------------------------------------------

    @Test
    void routes_carry_the_weights_there_and_back() {
        stand();
        assertThat(led()).containsExactly("api=1");

        assertThat(host.router.route(canary(), host.order()))
                .isEqualTo(
                        new Answer.Done(
                                "routes send 99 % to `api-1`, 1 % to `api-2`; who asks inside of"
                                        + " the cluster gets `api-1`"));

        assertThat(led()).containsExactly("api-1=99", "api-2=1");
        assertThat(seen().weights()).isEqualTo(Map.of("api-1", 99, "api-2", 1));
        assertThat(seen().members())
                .isEqualTo(
                        Map.of(
                                "api-1",
                                List.of("api-1-1", "api-1-2"),
                                "api-2",
                                List.of("api-2-1")));
        assertThat(host.behind()).as("inside").hasSize(2).allMatch(pod -> pod.startsWith("api-1"));
        assertThat(host.router.probe(canary(), host.order())).isInstanceOf(Finding.Done.class);
        assertThat(host.scale(v2, 0)).as("it has requests").isInstanceOf(Answer.NotYet.class);
        host.routed(line(share("api-1", 2, 2)));
        assertThat(led()).containsExactly("api=1");
        assertThat(seen().weights()).isEqualTo(Map.of("api-1", 2));
        assertThat(host.cluster.find("Service", ClusterHost.NAMESPACE, "api-2"))
                .as("some may know the older route")
                .isPresent();
        host.scaled(v2, 0);
        assertThat(host.cluster.find("Service", ClusterHost.NAMESPACE, "api-2")).isEmpty();
    }

    @Test
    void an_old_cluster_has_its_routes_by_an_older_version() throws Exception {
        host.close();
        host = new ClusterHost(folder, FakeCluster.start(ClusterHost.NAMESPACE, 20));
        host.entry = new Placement.Gateway("main", "", "https", "");
        v1 = host.revision("api-1");
        v2 = host.revision("api-2");
        stand();

        host.routed(canary());

        assertThat(seen().weights()).isEqualTo(Map.of("api-1", 99, "api-2", 1));
    }

    @Test
    void no_route_leads_to_a_service_that_has_nobody_yet() {
        stand();
        host.cluster.holdEndpoints(true);
        var answer = ClusterHost.later(() -> host.router.route(canary(), host.order()));
        ClusterHost.await(
                "its Service is there",
                () ->
                        host.cluster.find("Service", ClusterHost.NAMESPACE, "api-2").stream()
                                .anyMatch(one -> one.toString().contains("api-2\"}")));
        assertThat(led()).containsExactly("api=1");
        assertThat(answer).isNotDone();

        host.cluster.holdEndpoints(false);

        assertThat(answer.join()).isInstanceOf(Answer.Done.class);
        assertThat(led()).containsExactly("api-1=99", "api-2=1");
    }

    @Test
    void what_the_gateway_makes_of_a_route_is_told() {
        stand();
        host.cluster.gateways().mood(GatewayController.Mood.REFUSES);

        assertThat(host.router.route(canary(), host.order()))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        no -> assertThat(no.reason()).contains("`api`: NotAllowedByListeners"));
        host.cluster.gateways().mood(GatewayController.Mood.SLEEPS);
        var brief =
                new Order(ClusterHost.SCOPE, host.order().token(), "r-1", 3, Duration.ofSeconds(1));
        assertThat(host.router.route(line(share("api-1", 50, 2), share("api-2", 49, 1)), brief))
                .isEqualTo(
                        new Answer.Failed(
                                "the gateway has not taken the route `api` yet",
                                "see to its controller: `kubectl get httproutes`",
                                true));
        host.cluster.gateways().mood(GatewayController.Mood.ACCEPTS);
        host.routed(canary());
    }

    @Test
    void a_gateway_that_nobody_looks_after_is_said_to_be_one() {
        host.cluster.gateways().mood(GatewayController.Mood.SLEEPS);
        host.scaled(v1, 1);

        assertThat(host.router.route(line(share("api-1", 1, 1)), host.order()))
                .isInstanceOfSatisfying(
                        Answer.Done.class,
                        done -> assertThat(done.detail()).contains("no controller has said"));
    }

    // --- tokens -------------------------------------------------------------------------------

    @Test
    void weights_that_come_late_come_to_nothing_after_a_probe() {
        stand();
        Faults.Held held = host.faults().next("patch", "httproutes", new Faults.Held());
        long before = host.asked("patch", "httproutes");
        var late = ClusterHost.later(() -> host.router.route(canary(), host.order()));
        ClusterHost.await(
                "it is on its way", () -> host.asked("patch", "httproutes") == before + 1);

        assertThat(host.router.probe(canary(), host.order())).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        assertThat(led()).containsExactly("api=1");
    }

    @Test
    void a_route_that_is_made_late_leads_nobody_anywhere() {
        host.scaled(v1, 1);
        Work.Route first = line(share("api-1", 1, 1));
        Faults.Held held = host.faults().next("create", "httproutes", new Faults.Held());
        var late = ClusterHost.later(() -> host.router.route(first, host.order()));
        ClusterHost.await("it is on its way", () -> host.asked("create", "httproutes") == 1);

        assertThat(host.router.probe(first, host.order())).isEqualTo(new Finding.NotDone());
        held.release();

        assertThat(late.join()).isInstanceOf(Answer.Stale.class);
        var route = host.cluster.find("HTTPRoute", ClusterHost.NAMESPACE, "api").orElseThrow();
        assertThat(route.path("spec").has("parentRefs")).isFalse();
        host.routed(first);
    }

    @Test
    void weights_whose_answer_is_lost_are_found_and_those_of_others_are_not_taken_for_ours() {
        stand();
        host.faults().next("patch", "httproutes", new Faults.AnswerLost());
        assertThatThrownBy(() -> host.router.route(canary(), host.order()))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(host.router.probe(canary(), host.order())).isInstanceOf(Finding.Done.class);

        host.cluster.put(
                "HTTPRoute",
                ClusterHost.NAMESPACE,
                host.cluster
                        .find("HTTPRoute", ClusterHost.NAMESPACE, "api")
                        .orElseThrow()
                        .toString()
                        .replace("\"weight\":99", "\"weight\":9"));

        assertThat(host.router.probe(canary(), host.order())).isEqualTo(new Finding.NotDone());
        assertThat(seen().weights()).isEqualTo(Map.of("api-1", 9, "api-2", 1));
        host.routed(canary());
        assertThat(seen().weights()).isEqualTo(Map.of("api-1", 99, "api-2", 1));
    }

    // --- by numbers ---------------------------------------------------------------------------

    @Test
    void without_a_gateway_numbers_are_the_weights_and_told_as_what_they_are() {
        host.entry = new Placement.Inside();
        v1 = host.revision("api-1");
        v2 = host.revision("api-2");
        host.scaled(v1, 3);
        host.routed(line(share("api-1", 3, 3)));
        host.scaled(v2, 3);
        Work.Route canary = line(share("api-1", 99, 3), share("api-2", 1, 3));

        assertThat(host.router.route(canary, host.order()))
                .isInstanceOfSatisfying(
                        Answer.Done.class,
                        done ->
                                assertThat(done.detail())
                                        .startsWith(
                                                "its Service sends 75 % to `api-1`, 25 % to"
                                                        + " `api-2`, by numbers of instances; by"
                                                        + " weights it would be 99 % to `api-1`, 1"
                                                        + " % to `api-2`"));

        assertThat(host.behind()).hasSize(4);
        assertThat(host.behind()).filteredOn(pod -> pod.startsWith("api-2")).hasSize(1);
        assertThat(seen().weights()).isEqualTo(Map.of("api-1", 3, "api-2", 1));
        assertThat(host.router.probe(canary, host.order())).isInstanceOf(Finding.Done.class);
        host.routed(line(share("api-1", 3, 3)));
        assertThat(host.behind()).hasSize(3).allMatch(pod -> pod.startsWith("api-1"));
    }
}
