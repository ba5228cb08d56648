package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Foreshown;
import dev.belay.driver.kubernetes.fake.Faults;
import dev.belay.release.CronSchedule;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// What a plan shows of a cluster before anything in it is touched.
class ClusterForesightTest {
    private static final String SHOP = ClusterHost.NAMESPACE;

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

    private static Foreshown.Goal goal(Revision revision, int instances, int port, boolean kept) {
        var share = new Traffic.Share(revision.id(), 100, instances);
        List<Traffic> line = port == 0 ? List.of() : List.of(new Traffic(port, List.of(share)));
        return new Foreshown.Goal(ClusterHost.SCOPE, revision, instances, line, kept);
    }

    private Foreshown shown(Foreshown.Goal... goals) {
        return host.target.foreshow("shop", List.of(goals), Duration.ofSeconds(20)).orElseThrow();
    }

    @Test
    void what_is_made_is_named_and_not_made() {
        host.secrets.put("KEY", "hunter22");
        host.plain.put("GREETING", "hello");

        Foreshown shown = shown(goal(host.revision("api-1"), 2, 3000, false));

        assertThat(shown.notes()).isEmpty();
        assertThat(shown.changes())
                .contains("api: makes Deployment, ConfigMap, Secret `api-1`")
                .anyMatch(line -> line.startsWith("api: makes ServiceAccount, Service,"));
        assertThat(host.cluster.asked())
                .extracting(Faults.Asked::verb)
                .containsOnly("get", "list", "patch");
        for (String kind : List.of("Deployment", "ConfigMap", "Secret", "Service")) {
            assertThat(host.cluster.list(kind, SHOP)).as(kind).isEmpty();
        }
    }

    @Test
    void what_changes_is_shown_field_by_field_and_what_ends_by_its_name() {
        host.secrets.put("KEY", "hunter22");
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);
        host.routed(host.line(v1, 2));
        assertThat(shown(goal(v1, 2, 3000, false)).changes()).as("nothing is other").isEmpty();
        host.secrets.put("KEY", "hunter33");

        assertThat(shown(goal(v1, 3, 3001, false)).changes())
                .contains(
                        "api: changes Deployment `api-1`: spec.replicas: 2 → 3",
                        "api: changes Service `api`: spec.ports[http].port: 3000 → 3001")
                .anyMatch(line -> line.contains("Secret `api-1`: data.KEY: *** → ***"));
        assertThat(shown(goal(host.revision("api-2"), 2, 3000, false)).changes())
                .contains("api: ends Deployment `api-1` and what is its own")
                .anyMatch(line ->
                        line.startsWith("api: changes Service `api`: spec.selector")
                                && line.endsWith("api-1 → api-2"));
    }

    @Test
    void what_somebody_else_changed_is_told_with_his_name() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 2);
        host.routed(host.line(v1, 2));
        var changed = (ObjectNode) host.deployment(v1).orElseThrow();
        Trees.in(changed, "spec").put("replicas", 5);
        host.cluster.put("Deployment", SHOP, changed);

        assertThat(shown(goal(v1, 2, 3000, true)).changes())
                .containsExactly(
                        "api: changes Deployment `api-1`: spec.replicas: 5 → 2, set by `somebody`; no"
                                + " step of this takes it back");
    }

    @Test
    void a_number_that_follows_its_load_is_nobodys_change() {
        host.scaling = new Scaling(2, 5, Scaling.Measure.CPU, 70);
        var v1 = host.revision("api-1");
        host.scaled(v1, 4);

        assertThat(shown(goal(v1, 2, 0, true)).changes()).isEmpty();
    }

    @Test
    void what_runs_by_the_clock_is_shown_too() {
        host.schedule = new CronSchedule("30 2 * * *", "Etc/UTC", Duration.ofHours(1));
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.schedule = new CronSchedule("30 3 * * *", "Etc/UTC", Duration.ofHours(1));

        assertThat(shown(goal(host.revision("api-2"), 1, 0, false)).changes())
                .contains(
                        "api: makes CronJob `api-2`",
                        "api: ends CronJob `api-1` and what is its own");
    }

    @Test
    void what_a_cluster_would_refuse_is_a_note() {
        host.faults().deny("create", "deployments", "images must be signed");

        assertThat(shown(goal(host.revision("api-1"), 2, 0, false)).notes())
                .singleElement()
                .asString()
                .contains("Deployment `api-1` would be refused", "images must be signed");
    }

    @Test
    void what_is_removed_takes_its_service_with_it() {
        var v1 = host.revision("api-1");
        host.scaled(v1, 1);
        host.routed(host.line(v1, 1));

        assertThat(shown(goal(v1, 0, 0, false)).changes())
                .containsExactly(
                        "api: ends Deployment `api-1` and what is its own",
                        "api: ends Service `api` and what is its own");
    }

    /// What all of them share is tried once, and what cannot be there is not looked for.
    @Test
    void many_components_take_few_requests_each() {
        host.plain.put("GREETING", "hello");
        host.secrets.put("KEY", "hunter22");
        Foreshown.Goal one = goal(host.revision("api-1"), 2, 3000, false);
        List<Foreshown.Goal> goals =
                IntStream.range(0, 20)
                        .mapToObj(i ->
                                new Foreshown.Goal(
                                        Scope.component("shop", "c" + i),
                                        one.revision(),
                                        2,
                                        one.traffic(),
                                        false))
                        .toList();

        Foreshown shown = shown(goals.toArray(Foreshown.Goal[]::new));

        assertThat(shown.notes()).isEmpty();
        assertThat(host.cluster.asked()).hasSizeLessThanOrEqualTo(20 * 12 + 4);
    }

    @Test
    void a_cluster_that_does_not_answer_is_a_note() {
        var v1 = host.revision("api-1");
        host.cluster.close();

        Foreshown shown = shown(goal(v1, 2, 3000, false));

        assertThat(shown.changes()).isEmpty();
        assertThat(shown.notes())
                .singleElement()
                .asString()
                .startsWith("what changes in the cluster cannot be seen now: ");
    }
}
