package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.METRICS_ADDRESS;
import static dev.belay.manifest.shape.Shapes.PATH_ANYWHERE;
import static dev.belay.manifest.shape.Shapes.SELECTOR;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Prometheus;
import dev.belay.release.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The Prometheus that counts what canaries answer where no router of ours does.
final class PrometheusSections {
    static final Key<String> URL =
            Key.of("url", METRICS_ADDRESS, "Where its API is: what stands before `/api/v1`.")
                    .asRequired();
    static final Key<Row> TOKEN =
            Key.of("token", SecretSections.CREDENTIAL, "Where a bearer token lies.");
    private static final Key<String> CA =
            Key.of("ca", PATH_ANYWHERE, "PEM file of the authorities that are believed.");
    static final Key<String> PRESET =
            Key.of(
                    "preset",
                    words("istio", "linkerd"),
                    "Whose metrics these are, in place of `requests`, `errors` and `latency`: Istio's"
                            + " standard metrics, or those of Linkerd's proxies.");
    static final Key<Selector> REQUESTS =
            Key.of("requests", SELECTOR, "The counters of a revision's requests.");
    static final Key<Selector> ERRORS =
            Key.of("errors", SELECTOR, "The counters of those that failed.");
    static final Key<Selector> LATENCY =
            Key.of(
                    "latency",
                    SELECTOR,
                    "The buckets of a histogram of their times, `…_seconds_bucket` or"
                            + " `…_milliseconds_bucket`.");
    static final Key<Duration> SLOW =
            Key.of("slow", DURATION, "From when on an answer is slow: a bound of that histogram.");
    static final Key<Duration> EVERY =
            Key.of(
                            "every",
                            DURATION,
                            "How often it is asked: twice as long as it takes to collect, or longer.")
                    .fallback("30s");
    static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "How long one answer may take.").fallback("5s");

    private static final Fields<Row> PROMETHEUS =
            Fields.of(
                    "prometheus",
                    "A Prometheus that counts what canaries answer where no gateway of Belay does: in"
                            + " clusters and behind HAProxy.",
                    "{url: \"https://prometheus.example.org\", token: {variable: PROMETHEUS_TOKEN},"
                            + " preset: istio, slow: 500ms}",
                    List.of(
                            URL, TOKEN, CA, PRESET, REQUESTS, ERRORS, LATENCY, SLOW, EVERY,
                            TIMEOUT),
                    List.of(),
                    row -> row);
    static final Key<Row> KEY =
            Key.of("prometheus", PROMETHEUS, "Who counts what canaries answer there.");

    private static final String ISTIO =
            "{reporter=\"destination\",destination_workload=\"${workload}\","
                    + "destination_workload_namespace=\"${namespace}\"}";
    private static final String LINKERD =
            "{direction=\"inbound\",deployment=\"${workload}\",namespace=\"${namespace}\"}";

    private PrometheusSections() {}

    /// What [PrometheusCheck] found in order.
    static Prometheus source(Row row, Path folder) {
        Optional<String> preset = row.find(PRESET);
        Selector requests =
                preset.map(PrometheusSections::requests).orElseGet(() -> row.get(REQUESTS));
        Selector errors =
                preset.map(name -> errors(name, requests)).orElseGet(() -> row.get(ERRORS));
        Optional<Selector> buckets =
                preset.map(PrometheusSections::buckets).or(() -> row.find(LATENCY));
        String url = row.get(URL);
        return new Prometheus(
                url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                row.find(TOKEN).map(token -> SecretSections.credential(token, folder)).orElse(null),
                row.find(CA).map(path -> SecretSections.absolute(folder, path)).orElse(""),
                requests,
                errors,
                row.find(SLOW)
                        .map(slow -> new Prometheus.Slow(buckets.orElseThrow(), slow))
                        .orElse(null),
                row.get(EVERY),
                row.get(TIMEOUT));
    }

    private static Selector requests(String preset) {
        return Selector.parse(
                preset.equals("istio")
                        ? "istio_requests_total" + ISTIO
                        : "response_total" + LINKERD);
    }

    private static Selector errors(String preset, Selector requests) {
        return preset.equals("istio")
                ? requests.and("response_code", "=~", "5..")
                : requests.and("classification", "=", "failure");
    }

    private static Selector buckets(String preset) {
        return Selector.parse(
                preset.equals("istio")
                        ? "istio_request_duration_milliseconds_bucket" + ISTIO
                        : "response_latency_ms_bucket" + LINKERD);
    }
}
