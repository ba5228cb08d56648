package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Look;
import dev.belay.driver.Target;
import dev.belay.driver.kubernetes.fake.FakeCluster;
import dev.belay.release.CronSchedule;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import dev.belay.release.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is known to be missing in a cluster before anything of it is touched.
class ClusterPreflightTest {
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

    private List<String> unmet() {
        return host.target.preflight("shop", Duration.ofSeconds(20)).orElseThrow().stream()
                .map(Target.Unmet::reason)
                .toList();
    }

    private Look hosted(Revision revision) {
        return host.target.hosted(new Work.Hosted(List.of(revision)), host.order());
    }

    @Test
    void a_gateway_is_asked_for_by_the_group_that_its_routes_are_of() {
        host.entry = new Placement.Gateway("front", "gateways", "", "");
        assertThat(unmet()).isEmpty();
        assertThat(host.cluster.asked())
                .as("nothing is tried that could fail")
                .noneMatch(one -> one.kind().equals("httproutes"));
        host.faults().forbid("patch", "httproutes");
        host.cluster.lacks("gateway.networking.k8s.io");

        assertThat(unmet())
                .containsExactly(
                        "the cluster has no `gateway.networking.k8s.io`: the Gateway API is not"
                                + " installed",
                        "Belay may not `patch` `httproutes` in the namespace `shop`");
    }

    @Test
    void certificates_are_asked_for_where_somebody_is_to_issue_them() {
        var issued = new Placement.Issued("letsencrypt", true);
        host.entry = new Placement.Ingress("nginx", issued, new TreeMap<>(), "");
        host.cluster.lacks("cert-manager.io");

        assertThat(unmet())
                .containsExactly(
                        "the cluster has no `cert-manager.io`: cert-manager is not installed");
        host.entry = new Placement.Ingress("nginx", new Placement.Kept("own"), new TreeMap<>(), "");
        assertThat(unmet()).isEmpty();
    }

    @Test
    void who_may_not_see_who_is_behind_a_service_hears_it_first() {
        host.faults().forbid("watch", "endpointslices");

        assertThat(unmet())
                .containsExactly("Belay may not `watch` `endpointslices` in the namespace `shop`");
    }

    @Test
    void what_only_some_revisions_need_is_asked_for_these() {
        host.faults().forbid("update", "horizontalpodautoscalers");
        host.faults().forbid("create", "cronjobs");
        assertThat(unmet()).isEmpty();

        host.scaling = new Scaling(2, 5, Scaling.Measure.CPU, 70);
        assertThat(hosted(host.revision("api-1")))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        no ->
                                assertThat(no.reason())
                                        .contains("`update` `horizontalpodautoscalers`")
                                        .doesNotContain("cronjobs"));
        host.scaling = null;
        host.schedule = new CronSchedule("0 3 * * *", "Etc/UTC", Duration.ofHours(1));
        assertThat(hosted(host.revision("api-1")))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        no -> assertThat(no.reason()).contains("`create` `cronjobs`"));
    }

    @Test
    void hours_that_a_cluster_does_not_know_are_told_first() throws Exception {
        host.close();
        host = new ClusterHost(folder, FakeCluster.start(ClusterHost.NAMESPACE, 24));
        host.schedule = new CronSchedule("0 3 * * *", "Europe/Oslo", Duration.ofHours(1));

        assertThat(hosted(host.revision("api-1")))
                .isInstanceOfSatisfying(
                        Look.Failed.class, no -> assertThat(no.reason()).contains("Europe/Oslo"));
    }

    // --- the way in ---------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://cluster.example:8080",
                "http://127.0.0.1.example",
                "http://127.0.0.1:80@cluster.example",
                "HTTP://10.0.0.7"
            })
    void nothing_is_sent_where_anybody_could_read_it(String server) throws Exception {
        Path kubeconfig = host.cluster.kubeconfig(folder, ClusterHost.NAMESPACE);
        Files.writeString(
                kubeconfig, Files.readString(kubeconfig).replace(host.cluster.url(), server));

        assertThat(host.target.barred("shop"))
                .get()
                .satisfies(no -> {
                    assertThat(no.reason()).contains("for anybody to read");
                    assertThat(no.hint()).contains("https://");
                });
        assertThat(unmet()).singleElement().asString().contains("for anybody to read");
        assertThat(host.scale(host.revision("api-1"), 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class, no -> assertThat(no.retryable()).isFalse());
    }

    @Test
    void what_this_machine_alone_hears_may_be_plain() {
        assertThat(host.cluster.url()).startsWith("http://127.0.0.1:");
        assertThat(host.target.barred("shop")).isEmpty();
    }
}
