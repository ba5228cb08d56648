package dev.belay.manifest;

import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.release.Prometheus;
import dev.belay.release.Selector;
import java.time.Duration;
import java.util.List;

/// Whether canaries can be judged by the Prometheus that an environment names, and need it.
final class PrometheusCheck {
    private static final String LOOPBACK = "http://(localhost|127\\.0\\.0\\.1)([:/].*)?";
    private static final String BUCKETS = "_bucket";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Effective effective;
    private final Complaints complaints;

    PrometheusCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        Node.Mapping rollout = Effective.mapping(effective.own(), "rollout");
        if (rollout.get(PrometheusSections.KEY.name()) instanceof Node.Mapping source) {
            checkNeeded(rollout);
            checkLatency();
            checkSelectors(source);
            checkSlow(source);
            checkToken(source);
            checkTimes(source);
        }
    }

    private void checkTimes(Node.Mapping source) {
        if (complaints.isEmpty()) {
            var row = new Row(source);
            between(source, PrometheusSections.EVERY, row, SECOND, LONGEST);
            between(source, PrometheusSections.TIMEOUT, row, SECOND.dividedBy(10), LONGEST);
            if (row.find(PrometheusSections.SLOW).filter(Duration::isZero).isPresent()) {
                complain(
                        mark(source, PrometheusSections.SLOW.name()),
                        "every answer takes longer than nothing",
                        "say `slow: 500ms`, a bound of the histogram");
            }
        }
    }

    private void between(
            Node.Mapping source, Key<Duration> key, Row row, Duration least, Duration most) {
        Duration said = row.get(key);
        if (said.compareTo(least) < 0 || said.compareTo(most) > 0) {
            complain(
                    mark(source, key.name()),
                    "`%s` must be from %d ms to %d s"
                            .formatted(key.name(), least.toMillis(), most.toSeconds()),
                    "leave it out for what is usual");
        }
    }

    /// Two who count would be two verdicts.
    private void checkNeeded(Node.Mapping rollout) {
        boolean elsewhere =
                effective.own().get("target") instanceof Node.Mapping
                        || says("target", "kubernetes")
                        || says("router", "haproxy");
        if (!elsewhere) {
            complain(
                    mark(rollout, PrometheusSections.KEY.name()),
                    "`prometheus` counts in clusters and behind HAProxy, and `%s` is neither"
                            .formatted(effective.name()),
                    "leave it out: Belay's gateway counts what it carries");
        }
    }

    /// Buckets are too wide for that; passed over, it would seem to be kept.
    private void checkLatency() {
        Node.Mapping on = Effective.mapping(effective.own(), "roll-back-on");
        String latency = CanarySections.LATENCY.name();
        if (on.get(latency) != null) {
            complain(
                    mark(on, latency),
                    "a histogram of a Prometheus does not show how much longer answers take",
                    "leave it out, and say by `slow` from when on an answer is slow");
        }
    }

    private void checkSelectors(Node.Mapping source) {
        boolean preset = source.get(PrometheusSections.PRESET.name()) != null;
        for (String key :
                List.of(
                        PrometheusSections.REQUESTS.name(),
                        PrometheusSections.ERRORS.name(),
                        PrometheusSections.LATENCY.name())) {
            boolean there = source.get(key) != null;
            if (preset && there) {
                complain(
                        mark(source, key),
                        "`preset` says already what `%s` is".formatted(key),
                        "leave one of both out");
            } else if (!preset && !there && !key.equals(PrometheusSections.LATENCY.name())) {
                complaints.add(
                        Code.MISSING_KEY,
                        source.mark(),
                        "`prometheus` says neither `%s` nor a `preset`".formatted(key),
                        "name the counters of a revision: `%s: http_requests_total{pod=~\"${workload}-.*\"}`"
                                .formatted(key));
            }
        }
    }

    private void checkSlow(Node.Mapping source) {
        String latency = PrometheusSections.LATENCY.name();
        String slow = PrometheusSections.SLOW.name();
        boolean timed =
                source.get(latency) != null || source.get(PrometheusSections.PRESET.name()) != null;
        if (source.get(slow) != null && !timed) {
            complain(
                    mark(source, slow),
                    "nothing says how long answers take",
                    "name the buckets of a histogram by `latency`");
        }
        if (source.get(latency) != null && source.get(slow) == null) {
            complain(
                    mark(source, latency),
                    "nothing says from when on an answer is slow",
                    "say `slow: 500ms`, a bound of the histogram");
        }
        if (source.get(latency) instanceof Node.Scalar written) {
            checkBuckets(written);
        }
    }

    private void checkBuckets(Node.Scalar written) {
        Selector buckets;
        try {
            buckets = Selector.parse(written.text());
        } catch (IllegalArgumentException toldElsewhere) {
            return;
        }
        if (!buckets.metric().endsWith(BUCKETS)
                || !Prometheus.Slow.hasUnit(buckets)
                || buckets.matches().stream().anyMatch(one -> one.label().equals("le"))) {
            complain(
                    written.mark(),
                    "`latency` must be all buckets of a histogram whose name says its unit",
                    "such as `http_request_duration_seconds_bucket{…}`, without `le`");
        }
    }

    /// What is sent in the clear, everybody on the way has.
    private void checkToken(Node.Mapping source) {
        if (source.get(PrometheusSections.TOKEN.name()) != null
                && source.get(PrometheusSections.URL.name()) instanceof Node.Scalar url
                && url.text().startsWith("http:")
                && !url.text().matches(LOOPBACK)) {
            complain(
                    url.mark(),
                    "a token would be sent in the clear",
                    "use `https`, or leave `token` out");
        }
    }

    private void complain(Mark mark, String message, String hint) {
        complaints.add(Code.WRONG_VALUE, mark, message, hint);
    }

    private boolean says(String key, String text) {
        return effective.own().get(key) instanceof Node.Scalar scalar && scalar.text().equals(text);
    }

    private static Mark mark(Node.Mapping map, String key) {
        Node.Entry entry = map.entries().get(key);
        return entry == null ? map.mark() : entry.key();
    }
}
