package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Credential;
import dev.belay.release.Prometheus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `rollout: {prometheus: …}`: who counts where no gateway of ours does.
class PrometheusSectionsTest {
    private static final String COUNTERS =
            "requests: 'http_total{pod=~\"${workload}-.*\"}', errors:"
                    + " 'http_total{pod=~\"${workload}-.*\",code=~\"5..\"}'";
    private static final String BUCKETS = "latency: 'http_seconds_bucket{r=\"${revision}\"}'";

    @TempDir private Path folder;

    private static String text(String target, String source) {
        return """
        platform: shop
        components:
          api: {kind: service, image: registry.example.org/api:1, run: ./api, port: 80}
        environments:
          local:
            target: %s
            rollout: {strategy: canary, prometheus: {%s}}
        """
                .formatted(target, source);
    }

    private Prometheus read(String source) {
        EnvironmentView view =
                view(good(folder, text("{kubernetes: {namespace: shop}}", source)), "local");
        assertThat(view.unsupported()).isEmpty();
        return Objects.requireNonNull(view.canary().prometheus());
    }

    @Test
    void counters_can_be_named() {
        Prometheus source =
                read(
                        "url: 'https://prometheus.example.org/team/', token: {file: secrets/token},"
                                + " ca: ca.pem, %s, %s, slow: 250ms, every: 1m, timeout: 2s"
                                        .formatted(COUNTERS, BUCKETS));
        assertThat(source.url()).isEqualTo("https://prometheus.example.org/team");
        assertThat(source.token())
                .isEqualTo(new Credential.File(folder.resolve("secrets/token").toString()));
        assertThat(source.authority()).isEqualTo(folder.resolve("ca.pem").toString());
        assertThat(source.requests()).hasToString("http_total{pod=~\"${workload}-.*\"}");
        assertThat(source.errors().matches()).hasSize(2);
        assertThat(Objects.requireNonNull(source.slow()).bound()).isEqualTo(0.25);
        assertThat(source.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(source.patience()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void a_mesh_has_names_of_its_own() {
        Prometheus istio = read("url: 'http://prometheus:9090', preset: istio, slow: 500ms");
        assertThat(istio.errors())
                .hasToString(
                        "istio_requests_total{reporter=\"destination\",destination_workload=\"${workload}\",destination_workload_namespace=\"${namespace}\",response_code=~\"5..\"}");
        assertThat(Objects.requireNonNull(istio.slow()).bound()).isEqualTo(500);
        Prometheus linkerd = read("url: 'http://prometheus:9090', preset: linkerd");
        assertThat(linkerd.slow()).isNull();
        assertThat(linkerd.errors().toString())
                .startsWith("response_total{")
                .endsWith("classification=\"failure\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "kubernetes | url: 'http://p:9090' | says neither `requests` nor",
                "kubernetes | url: 'http://p:9090', preset: istio, requests: 'x{r=\"${revision}\"}' | `preset` says already",
                "kubernetes | url: 'http://p:9090', preset: nginx | `preset`",
                "kubernetes | url: 'http://u:p@p:9090', preset: istio | an address such as",
                "kubernetes | url: 'http://p:9090?x=1', preset: istio | an address such as",
                "kubernetes | url: 'http://p:9090', preset: istio, token: {variable: T} | in the clear",
                "kubernetes | preset: istio | `url`",
                "kubernetes | url: 'http://p:9090', requests: 'sum(x)', errors: 'x{r=\"${revision}\"}' | no expression",
                "kubernetes | url: 'http://p:9090', requests: 'x', errors: 'x{r=\"${revision}\"}' | tell revisions apart",
                "kubernetes | url: 'http://p:9090', preset: istio, every: 0s | from 1000 ms to",
                "kubernetes | url: 'http://p:9090', preset: istio, timeout: 1h | from 100 ms to",
                "kubernetes | url: 'http://p:9090', preset: istio, slow: 0s | every answer",
                "process | url: 'http://p:9090', preset: istio | and `local` is neither",
                "command | url: 'http://p:9090', preset: istio | and `local` is neither",
            })
    void what_cannot_be_judged_by_is_said(String target, String source, String message) {
        assertThat(problems(folder, text(target, source)))
                .extracting(problem -> problem.message())
                .anySatisfy(said -> assertThat(said).contains(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "slow: 1s | nothing says how long",
                "latency: 'http_seconds_bucket{r=\"${revision}\"}' | from when on",
                "slow: 1s, latency: 'http_seconds_sum{r=\"${revision}\"}' | all buckets",
                "slow: 1s, latency: 'http_bucket{r=\"${revision}\"}' | all buckets",
                "slow: 1s, latency: 'http_seconds_bucket{r=\"${revision}\",le=\"1\"}' | all buckets",
            })
    void times_need_a_histogram_and_a_bound(String more, String message) {
        String source = "url: 'http://p:9090', " + COUNTERS + ", " + more;
        assertThat(problems(folder, text("kubernetes", source)))
                .hasSize(1)
                .first()
                .satisfies(problem -> assertThat(problem.message()).contains(message));
    }

    @Test
    void what_buckets_do_not_show_is_not_passed_over() {
        String text = text("kubernetes", "url: 'http://p:9090', preset: istio, slow: 1s");
        assertThat(problems(folder, text + "    roll-back-on: {latency: +5%}\n"))
                .hasSize(1)
                .first()
                .satisfies(problem ->
                        assertThat(problem.message()).contains("does not show how much longer"));
    }

    @Test
    void where_nothing_is_a_canary_nobody_has_to_count() {
        String text = text("kubernetes", "url: 'http://p:9090', preset: istio");
        assertThat(problems(folder, text.replace("strategy: canary, ", "")))
                .hasSize(1)
                .first()
                .satisfies(problem ->
                        assertThat(problem.message())
                                .isEqualTo(
                                        "`prometheus` is for a canary beside the old revision, and"
                                                + " nothing here is a canary"));
    }

    @Test
    void a_token_may_go_to_this_machine_in_the_clear() {
        assertThat(
                        read("url: 'http://127.0.0.1:9090', preset: istio, token: {variable: T}")
                                .token())
                .isEqualTo(new Credential.Variable("T"));
    }
}
