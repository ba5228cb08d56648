package dev.belay.cluster;

import static dev.belay.cluster.ObjectRules.at;
import static dev.belay.cluster.ObjectRules.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.CronSchedule;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a revision has for itself in a cluster.
class RevisionObjectsTest {
    private static final ClusterVersion USUAL = ClusterVersion.USUAL;

    private final Workloads api = new Workloads();

    private static ClusterVersion version(int minor) {
        return new ClusterVersion(1, minor);
    }

    private static Map<String, Object> pod(ClusterObject deployment) {
        return at(at(at(deployment.body(), "spec"), "template"), "spec");
    }

    private static Map<String, Object> container(ClusterObject deployment) {
        return list(pod(deployment), "containers").getFirst();
    }

    private Map<String, Object> container(int minor) {
        return container(RevisionObjects.deployment(api.make(), version(minor), 2));
    }

    private List<ClusterObject> everything(int minor) {
        Workload workload = api.make();
        List<ClusterObject> all = new ArrayList<>();
        all.add(RevisionObjects.deployment(workload, version(minor), 3));
        RevisionObjects.settings(workload).ifPresent(all::add);
        RevisionObjects.autoscaler(workload, version(minor)).ifPresent(all::add);
        var values = new TreeMap<String, String>();
        workload.secretVariables().forEach(name -> values.put(name, "value"));
        RevisionObjects.secret(workload, values).ifPresent(all::add);
        all.add(
                Jobs.job(
                        workload,
                        version(minor),
                        "api-7",
                        List.of("./up", "${URL}"),
                        Duration.ofMinutes(2)));
        if (workload.pod().schedule() != null) {
            all.add(Jobs.scheduled(workload, version(minor)));
        }
        Components.budget(workload.placement(), workload.scope(), version(minor), 2)
                .ifPresent(all::add);
        all.add(Components.account(workload.placement(), workload.scope()));
        all.add(Components.closed(workload.placement(), "production"));
        return all;
    }

    private void sayEverything() {
        api.plain = Map.of("LEVEL", "info", "URL", "http://${HOST}/${LEVEL}");
        api.required = Set.of("HOST", "LEVEL", "TOKEN");
        api.secrets = Set.of("TOKEN");
        api.limits = new Launch.Limits(512 << 20, 150, 1024, 64);
        api.liveness = Workloads.health(new Health.Tcp(), 2);
        api.pod =
                new Pod(
                        new Placement(
                                "shop",
                                "",
                                "",
                                "shop-production",
                                new TreeMap<>(Map.of("team", "a", "belay.dev/component", "no")),
                                List.of("registry"),
                                1000,
                                new Placement.Inside()),
                        Pod.Calls.only(List.of("mailer", "b".repeat(70))),
                        new Scaling(2, 6, Scaling.Measure.MEMORY, 70),
                        new CronSchedule("0 3 * * *", "Europe/Oslo", Duration.ofMinutes(1)));
    }

    @Test
    void an_api_server_would_take_all_of_it_in_every_version() {
        for (int minor = 20; minor <= 37; minor++) {
            assertThat(everything(minor)).allSatisfy(this::keepsTheRules);
        }
        sayEverything();
        for (int minor = 20; minor <= 37; minor++) {
            assertThat(everything(minor)).allSatisfy(this::keepsTheRules).hasSizeGreaterThan(8);
        }
    }

    private void keepsTheRules(ClusterObject object) {
        assertThat(ObjectRules.broken(object.body())).isEmpty();
    }

    @Test
    void the_same_is_the_same_to_the_byte() {
        sayEverything();
        List<String> once = everything(30).stream().map(ClusterObject::json).toList();
        assertThat(everything(30)).extracting(ClusterObject::json).isEqualTo(once);
        assertThat(everything(30)).isEqualTo(everything(30));
    }

    @ParameterizedTest
    @CsvSource({
        "PodDisruptionBudget, 20, policy/v1beta1",
        "PodDisruptionBudget, 21, policy/v1",
        "CronJob, 20, batch/v1beta1",
        "CronJob, 21, batch/v1",
        "HorizontalPodAutoscaler, 22, autoscaling/v2beta2",
        "HorizontalPodAutoscaler, 23, autoscaling/v2",
        "Job, 20, batch/v1"
    })
    void each_version_gets_what_it_knows(String kind, int minor, String apiVersion) {
        sayEverything();
        assertThat(everything(minor))
                .filteredOn(object -> object.kind().equals(kind))
                .extracting(ClusterObject::apiVersion)
                .containsExactly(apiVersion);
    }

    @Test
    void what_runs_by_the_clock_is_the_components_or_one_revisions_alone() {
        sayEverything();
        ClusterObject own = Jobs.scheduledOfRevision(api.make(), version(30));
        ClusterObject all = Jobs.scheduled(api.make(), version(30));
        keepsTheRules(own);
        assertThat(own.name()).isEqualTo(api.make().revision().id());
        assertThat(all.name()).isEqualTo("api");
        assertThat(own.body().get("spec")).isEqualTo(all.body().get("spec"));
    }

    @Test
    void fields_come_with_the_version_that_has_them() {
        sayEverything();
        assertThat(job(20)).doesNotContainKey("ttlSecondsAfterFinished");
        assertThat(job(21)).containsEntry("ttlSecondsAfterFinished", 86_400L);
        assertThat(cron(24)).doesNotContainKey("timeZone");
        assertThat(cron(25)).containsEntry("timeZone", "Europe/Oslo");
        assertThat(budget(26)).doesNotContainKey("unhealthyPodEvictionPolicy");
        assertThat(budget(27)).containsEntry("unhealthyPodEvictionPolicy", "AlwaysAllow");
        api.readiness = Workloads.health(new Health.Grpc("shop.Api"), 1);
        assertThat(at(container(23), "readinessProbe")).containsKey("tcpSocket");
        assertThat(at(at(container(24), "readinessProbe"), "grpc"))
                .isEqualTo(Map.of("port", 8080L, "service", "shop.Api"));
        assertThat(at(at(container(29), "lifecycle"), "preStop"))
                .isEqualTo(Map.of("exec", Map.of("command", List.of("sleep", "30"))));
        assertThat(at(at(container(30), "lifecycle"), "preStop"))
                .isEqualTo(Map.of("sleep", Map.of("seconds", 30L)));
    }

    private Map<String, Object> job(int minor) {
        return specOf("Job", minor);
    }

    private Map<String, Object> cron(int minor) {
        return specOf("CronJob", minor);
    }

    private Map<String, Object> budget(int minor) {
        return specOf("PodDisruptionBudget", minor);
    }

    private Map<String, Object> specOf(String kind, int minor) {
        return everything(minor).stream()
                .filter(object -> object.kind().equals(kind))
                .map(object -> at(object.body(), "spec"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_deployment_selects_its_own_revision_and_never_anything_else() {
        ClusterObject object = RevisionObjects.deployment(api.make(), USUAL, 2);
        assertThat(object.name()).isEqualTo("api-3f9c1a2b7d10");
        assertThat(object.toString()).isEqualTo("Deployment shop-production/api-3f9c1a2b7d10");
        assertThat(at(at(at(object.body(), "spec"), "selector"), "matchLabels"))
                .isEqualTo(
                        Map.of(
                                "belay.dev/platform", "shop",
                                "belay.dev/environment", "production",
                                "belay.dev/component", "api",
                                "belay.dev/revision", "api-3f9c1a2b7d10"));
        assertThat(at(object.body(), "spec")).containsEntry("replicas", 2L);
    }

    @Test
    void pods_of_jobs_are_no_instances_of_a_revision() {
        for (String kind : List.of("Job")) {
            Map<String, Object> template = at(specOf(kind, 30), "template");
            assertThat(at(at(template, "metadata"), "labels"))
                    .containsEntry("belay.dev/component", "api")
                    .doesNotContainKey("belay.dev/revision");
        }
    }

    @Test
    void the_image_is_meant_by_its_digest_where_that_is_known() {
        assertThat(container(30))
                .containsEntry(
                        "image", "registry.example.org:5000/shop/api@sha256:" + "7".repeat(64));
        api.digest = "";
        assertThat(container(30)).containsEntry("image", "registry.example.org:5000/shop/api:7");
        api.image = "registry.example.org:5000/shop/api@sha256:" + "8".repeat(64);
        assertThat(container(30)).containsEntry("image", api.image);
    }

    @Test
    void secrets_are_named_and_never_told() {
        api.plain = Map.of("LEVEL", "info", "URL", "postgres://u:${PASSWORD}@db/${LEVEL}");
        api.required = Set.of("HOST", "LEVEL", "PASSWORD");
        api.secrets = Set.of("PASSWORD");
        Workload workload = api.make();
        assertThat(workload.secretVariables()).containsExactly("HOST", "PASSWORD");

        Map<String, Object> container = container(30);
        assertThat(container.get("envFrom"))
                .isEqualTo(List.of(Map.of("configMapRef", Map.of("name", "api-3f9c1a2b7d10"))));
        assertThat(list(container, "env").toString())
                .contains("{name=PASSWORD, valueFrom={secretKeyRef={name=api-3f9c1a2b7d10, key=")
                .contains("postgres://u:$(PASSWORD)@db/$(LEVEL)");
        ClusterObject settings = RevisionObjects.settings(workload).orElseThrow();
        assertThat(settings.body())
                .containsEntry("immutable", true)
                .containsEntry("data", Map.of("LEVEL", "info"));

        ClusterObject secret =
                RevisionObjects.secret(workload, Map.of("HOST", "db", "PASSWORD", "hush"))
                        .orElseThrow();
        assertThat(secret.toString()).isEqualTo("Secret shop-production/api-3f9c1a2b7d10");
        assertThat(at(secret.body(), "data"))
                .isEqualTo(Map.of("HOST", "ZGI=", "PASSWORD", "aHVzaA=="));
        assertThatThrownBy(() -> RevisionObjects.secret(workload, Map.of("HOST", "hush")))
                .hasMessageNotContaining("hush");
    }

    @Test
    void a_secret_among_the_plain_values_is_a_bug() {
        api.secrets = Set.of("TOKEN");
        api.plain = Map.of("TOKEN", "hush");
        assertThatThrownBy(api::make).hasMessageContaining("TOKEN").hasMessageNotContaining("hush");
    }

    @Test
    void a_variable_stands_after_those_that_it_names() {
        api.plain = Map.of("A", "${B}-", "B", "${C}-", "C", "c", "D", "$(A) costs $5", "E", "${E}");
        List<String> names =
                list(container(30), "env").stream().map(one -> (String) one.get("name")).toList();
        assertThat(names.indexOf("B")).isLessThan(names.indexOf("A"));
        assertThat(names).contains("E").doesNotContain("C", "D");
        assertThat(PodTemplate.referring("$(A) ${B} $C ${ }")).isEqualTo("$$(A) $(B) $C ${ }");
    }

    @Test
    void a_command_is_the_clusters_own_to_fill_in() {
        api.command = List.of("./api", "--url=${URL}", "$(rm)");
        assertThat(container(30))
                .containsEntry("command", List.of("./api", "--url=$(URL)", "$$(rm)"));
        api.command = List.of();
        assertThat(container(30)).doesNotContainKey("command");
    }

    @Test
    void requests_are_let_end_before_a_program_hears_that_it_is_to() {
        api.stop = new Launch.Stop("TERM", Duration.ofMillis(4500), Duration.ofMillis(20_001));
        ClusterObject served = RevisionObjects.deployment(api.make(), USUAL, 1);
        assertThat(pod(served)).containsEntry("terminationGracePeriodSeconds", 26L);
        assertThat(at(at(container(served), "lifecycle"), "preStop"))
                .isEqualTo(Map.of("sleep", Map.of("seconds", 21L)));
        api.port = false;
        api.readiness = Workloads.health(new Health.Alive(), 1);
        ClusterObject worker = RevisionObjects.deployment(api.make(), USUAL, 1);
        assertThat(pod(worker)).containsEntry("terminationGracePeriodSeconds", 5L);
        assertThat(container(worker))
                .doesNotContainKeys("lifecycle", "ports", "readinessProbe", "startupProbe");
    }

    @Test
    void a_pod_is_asked_as_the_manifest_says() {
        api.readiness =
                Workloads.health(new Health.Http("/health", Workloads.range(), Map.of(), ""), 3);
        api.liveness = Workloads.health(new Health.Command(List.of("./well")), 1);
        Map<String, Object> container = container(30);
        assertThat(at(container, "startupProbe"))
                .isEqualTo(
                        Map.of(
                                "httpGet",
                                Map.of("path", "/health", "port", "http"),
                                "timeoutSeconds",
                                2L,
                                "periodSeconds",
                                1L,
                                "failureThreshold",
                                60L));
        assertThat(at(container, "readinessProbe"))
                .containsEntry("successThreshold", 3L)
                .containsEntry("periodSeconds", 2L);
        assertThat(at(container, "livenessProbe"))
                .containsEntry("failureThreshold", 6L)
                .containsEntry("exec", Map.of("command", List.of("./well")));
    }

    @Test
    void what_it_may_use_is_kept_for_it() {
        api.limits = new Launch.Limits(256 << 20, 25, 0, 0);
        Map<String, String> amounts = Map.of("cpu", "250m", "memory", "268435456");
        assertThat(at(container(30), "resources"))
                .isEqualTo(Map.of("requests", amounts, "limits", amounts));
        api.limits = Launch.Limits.NONE;
        assertThat(container(30)).doesNotContainKey("resources");
    }

    @Test
    void one_instance_that_cannot_be_spared_keeps_no_node_from_being_emptied() {
        assertThat(Components.budget(Workloads.SHOP, Workloads.API, USUAL, 1)).isEmpty();
        assertThat(Components.budget(Workloads.SHOP, Workloads.API, USUAL, 2)).isPresent();
    }

    @Test
    void labels_of_others_do_not_change_ours() {
        sayEverything();
        ClusterObject object = RevisionObjects.deployment(api.make(), USUAL, 1);
        assertThat(at(at(object.body(), "metadata"), "labels"))
                .containsEntry("team", "a")
                .containsEntry("belay.dev/component", "api");
    }

    @Test
    void whoever_applies_an_object_adds_to_its_annotations_and_changes_nothing_else() {
        ClusterObject object = RevisionObjects.deployment(api.make(), USUAL, 1);
        ClusterObject annotated = object.annotated(Map.of(Labels.OP_TOKEN, "7"));
        assertThat(at(at(annotated.body(), "metadata"), "annotations"))
                .isEqualTo(Map.of(Labels.OP_TOKEN, "7"));
        assertThat(annotated.annotated(Map.of("a", "b")).json())
                .contains("\"annotations\":{\"a\":\"b\",\"belay.dev/op-token\":\"7\"}");
        assertThat(annotated.body().get("spec")).isEqualTo(object.body().get("spec"));
        assertThat(at(object.body(), "metadata")).doesNotContainKey("annotations");
    }

    @Test
    void a_revision_of_another_target_is_refused() {
        Workload workload = api.make();
        var elsewhere =
                new Revision(
                        "api-1",
                        "api",
                        workload.revision().artifact(),
                        "1",
                        new Launch(
                                List.of(),
                                Set.of(),
                                Set.of(),
                                true,
                                api.stop,
                                api.limits,
                                api.readiness,
                                api.liveness));
        assertThatThrownBy(() -> new Workload(Workloads.API, elsewhere, new TreeMap<>()))
                .hasMessageContaining("api-1 is not for a cluster");
    }
}
