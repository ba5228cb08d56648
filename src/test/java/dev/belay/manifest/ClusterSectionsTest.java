package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.release.CronSchedule;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Scaling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `target: kubernetes`, and what components say for it.
class ClusterSectionsTest {
    private static final String TEXT =
            """
            platform: shop
            groups: {back: [api, mailer]}
            components:
              api: {kind: service, run: ./api, port: 80, image: 'registry.example.org/api:1'%s}
              mailer: {kind: worker, run: ./mailer, image: mailer:1}
              night: {kind: job, run: ./night, image: night:1}
              web: {kind: frontend, static: web, port: 81, image: web:1}
            environments:
              production:
                target: %s
                %s
            """;

    @TempDir private Path folder;

    private EnvironmentView production(String target, String component, String environment) {
        return view(good(folder, TEXT.formatted(component, target, environment)), "production");
    }

    private EnvironmentView production(String target) {
        return production(target, "", "");
    }

    private Placement placement(String target) {
        return ((Target.Kubernetes) production(target).target()).placement();
    }

    private static Pod pod(EnvironmentView view, String component) {
        Launch launch =
                Objects.requireNonNull(Component.launchOf(view.component(component).kind()));
        return Objects.requireNonNull(Objects.requireNonNull(launch.container()).pod());
    }

    private List<String> messages(String target, String component, String environment) {
        return problems(folder, TEXT.formatted(component, target, environment)).stream()
                .map(Problem::message)
                .toList();
    }

    @Test
    void a_word_is_enough() {
        EnvironmentView view = production("kubernetes");
        assertThat(view.target()).isEqualTo(new Target.Kubernetes(Placement.in("shop", "shop")));
        assertThat(pod(view, "api")).isEqualTo(new Pod(Placement.in("shop", "shop")));
        assertThat(Objects.requireNonNull(Component.launchOf(view.component("api").kind())))
                .extracting(launch -> Objects.requireNonNull(launch.container()).image())
                .isEqualTo("registry.example.org/api:1");
    }

    @Test
    void everything_can_be_said() {
        assertThat(
                        placement(
                                "{kubernetes: {namespace: shop-1, context: main, kubeconfig:"
                                        + " ops/config, labels: {example.org/team: shop}, pull-secrets:"
                                        + " [registry], user: 1000, ingress: {class: nginx,"
                                        + " cluster-issuer: le, controller: ingress-nginx, annotations:"
                                        + " {a/b: \"1\"}}}}"))
                .isEqualTo(
                        new Placement(
                                "shop",
                                folder.resolve("ops/config").toAbsolutePath().toString(),
                                "main",
                                "shop-1",
                                new TreeMap<>(Map.of("example.org/team", "shop")),
                                List.of("registry"),
                                1000,
                                new Placement.Ingress(
                                        "nginx",
                                        new Placement.Issued("le", true),
                                        new TreeMap<>(Map.of("a/b", "1")),
                                        "ingress-nginx")));
        assertThat(placement("{kubernetes: {gateway: {name: g, namespace: n, listener: https}}}"))
                .isEqualTo(
                        Placement.in("shop", "shop")
                                .with(new Placement.Gateway("g", "n", "https", "")));
        assertThat(placement("{kubernetes: {ingress: {issuer: own}}}").entry())
                .isEqualTo(
                        new Placement.Ingress(
                                "", new Placement.Issued("own", false), new TreeMap<>(), ""));
        assertThat(placement("{kubernetes: {ingress: {secret: own}}}").entry())
                .isEqualTo(
                        new Placement.Ingress("", new Placement.Kept("own"), new TreeMap<>(), ""));
    }

    @Test
    void a_component_says_how_many_when_and_whom_it_asks() {
        EnvironmentView view =
                production(
                        "kubernetes",
                        ", limits: {cpu: 50%}, scale: {min: 2, max: 5}, calls: [back, web]",
                        "components: {night: {schedule: {cron: '30  2 * * 1-5', zone:"
                                + " Europe/Oslo}, timeout: 2h}}");
        assertThat(pod(view, "api").scaling())
                .isEqualTo(new Scaling(2, 5, Scaling.Measure.CPU, 70));
        assertThat(((Component.Service) view.component("api").kind()).instances()).isEqualTo(2);
        assertThat(pod(view, "api").calls())
                .isEqualTo(Pod.Calls.only(List.of("api", "mailer", "web")));
        assertThat(pod(view, "mailer").calls()).isEqualTo(Pod.Calls.ANYBODY);
        assertThat(pod(view, "night").schedule())
                .isEqualTo(new CronSchedule("30 2 * * 1-5", "Europe/Oslo", Duration.ofHours(2)));
        assertThat(((Component.Worker) view.component("night").kind()).strategy())
                .as("no two revisions' runs meet")
                .isEqualTo(Strategy.RECREATE);
    }

    @Test
    void a_frontend_is_served_by_its_image_where_there_is_no_gateway() {
        var web = (Component.Service) production("kubernetes").component("web").kind();
        assertThat(web.launch().command()).isEmpty();
        assertThat(web.launch().port()).isTrue();
        assertThat(web.instances()).isEqualTo(2);
    }

    @Test
    void what_cannot_be_done_yet_refuses_a_release_and_not_the_manifest() {
        assertThat(production("kubernetes").unsupported()).isEmpty();
        assertThat(
                        production(
                                        "kubernetes",
                                        ", scale: {min: 1, max: 2, on: memory},"
                                                + " limits: {memory: 1GiB}",
                                        "")
                                .unsupported())
                .isEmpty();
        assertThat(
                        production("kubernetes", "", "components: {night: {schedule: '0 3 * * *'}}")
                                .unsupported())
                .isEmpty();
        assertThat(
                        production(
                                        "process",
                                        ", scale: {min: 1, max: 2, on: memory},"
                                                + " limits: {memory: 1GiB}",
                                        "")
                                .unsupported())
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("`scale` goes with `target: kubernetes` alone, in this version");
        assertThat(
                        production("docker", "", "components: {night: {schedule: '0 3 * * *'}}")
                                .unsupported())
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("`schedule` goes with `target: kubernetes` alone, in this version");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    kubernetes | , listen: socket | nothing reaches the Unix socket of a pod
                    kubernetes | , 'stop: {signal: QUIT}' | a cluster ends programs by `TERM`
                    kubernetes | , 'health: {http: /h, body: ok}' | not at its body
                    kubernetes | , 'liveness: {http: /h, headers: {a: b}}' | not at its headers
                    kubernetes | , 'health: {http: /h, status: 200-499}' | takes statuses from 200 to 399
                    kubernetes | , 'health: {http: /h, status: 401}' | takes statuses from 200 to 399
                    kubernetes | , 'sticky: true' | does not remember which revision
                    kubernetes | , 'slow-start: 5s' | its full part of the requests at once
                    kubernetes | , 'calls: [nobody]' | there is no component or group `nobody`
                    kubernetes | , 'scale: {min: 1, max: 2}' | `scale` looks at a part of `limits.cpu`
                    kubernetes | , 'scale: {min: 1, max: 2}, limits: {cpu: 0%}' | looks at a part of `limits.cpu`
                    kubernetes | , 'scale: {min: 1, max: 2, on: memory}, limits: {cpu: 10%}' | `limits.memory`
                    kubernetes | , 'scale: {min: 3, max: 2}, limits: {cpu: 10%}' | `max` is less than `min`
                    kubernetes | , 'scale: {min: 1, max: 2, at: 0%}, limits: {cpu: 10%}' | no number of instances
                    """)
    void what_a_cluster_cannot_do_is_a_problem(String target, String component, String message) {
        assertThat(messages(target, component.replace("'", ""), ""))
                .singleElement()
                .asString()
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    kubernetes | port-offset: 10 | nothing shares a port
                    kubernetes | 'components: {api: {image: null}}' | `api` runs in a container, and has no `image`
                    kubernetes | 'components: {web: {image: null}}' | `web` runs in a container, and has no `image`
                    kubernetes | 'components: {web: {public: {values: {A: b}}}}' | tell visitors of `web`
                    kubernetes | 'entrances: {public: {port: 443}}' | leads into a cluster in no way
                    {kubernetes: {ingress: {}}} | 'entrances: {public: {port: 443, tls: {certificates: tls}}}' | the cluster speaks TLS for `public`
                    {kubernetes: {gateway: {name: g}}} | 'entrances: {public: {port: 443, proxies: [10.0.0.0/8]}}' | its own controller says
                    {kubernetes: {ingress: {}}} | 'entrances: {p: {port: 443}}, components: {api: {at: [{entrance: p, methods: [GET]}]}}' | by host and path alone
                    {kubernetes: {ingress: {issuer: i}}} | 'entrances: {p: {port: 443}}, components: {api: {at: [{entrance: p}]}}' | the certificate needs `hosts`
                    {kubernetes: {ingress: {}, gateway: {name: g}}} | '' | not by both
                    {kubernetes: {ingress: {issuer: a, secret: b}}} | '' | `issuer` and `secret` say where
                    """)
    void what_an_environment_cannot_have_there_is_a_problem(
            String target, String environment, String message) {
        String lines = environment.replace("}, components", "}\n    components");
        assertThat(messages(target, "", lines)).singleElement().asString().contains(message);
    }

    @Test
    void two_environments_do_not_share_a_namespace() {
        String text = TEXT.formatted("", "kubernetes", "") + "  staging: {target: kubernetes}\n";
        assertThat(problems(folder, text))
                .hasSize(2)
                .allMatch(problem -> problem.code().equals("manifest/name-taken"))
                .allMatch(problem -> problem.message().contains("in one namespace"));
        good(
                folder,
                TEXT.formatted("", "kubernetes", "")
                        + "  staging: {target: {kubernetes: {context: other}}}\n");
        good(
                folder,
                TEXT.formatted("", "kubernetes", "")
                        + "  staging: {target: {kubernetes: {namespace: shop-staging}}}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{namespace: Shop}",
                "{namespace: shop-}",
                "{namespace: a.b}",
                "{labels: {belay.dev/component: x}}",
                "{labels: {x.belay.dev/y: x}}",
                "{labels: {a: \"b c\"}}",
                "{labels: {a/b/c: d}}",
                "{user: 0}",
                "{pull-secrets: [A_B]}",
                "{gateway: {}}",
                "{ingress: {class: \"a b\"}}",
                "{names: x}"
            })
    void what_no_cluster_takes_is_a_problem(String cluster) {
        assertThat(messages("{kubernetes: " + cluster + "}", "", "")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7",
                "5-1 * * * *", "*/0 * * * *", "5/2 * * * *", "@daily", "* * * * * *", "a * * * *",
                "1,,2 * * * *", "* * * JAN *", "99999999999 * * * *"
            })
    void what_is_no_time_of_the_clock_is_a_problem(String cron) {
        assertThat(messages("kubernetes", "", "components: {night: {schedule: \"" + cron + "\"}}"))
                .singleElement()
                .asString()
                .contains("must be five fields of cron");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/15 * * * *", "0,30 0-5/2 1 1-12 0,6", "59 23 31 12 6"})
    void other_times_are_not(String cron) {
        EnvironmentView view =
                production("kubernetes", "", "components: {night: {schedule: \"" + cron + "\"}}");
        assertThat(pod(view, "night").schedule())
                .isEqualTo(new CronSchedule(cron, CronSchedule.UTC, Duration.ofMinutes(10)));
    }
}
