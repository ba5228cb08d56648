package dev.belay.driver.prometheus;

import dev.belay.driver.Counting.Counted.Unread;
import dev.belay.driver.Counting.Sides;
import dev.belay.problem.Nearest;
import dev.belay.release.Prometheus;
import dev.belay.release.Selector;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Whether a Prometheus has collected what a manifest names: a counter that is misspelt would count
/// nothing, and so no errors.
record Doubts(Prometheus source, PrometheusTalk talk, Sides of) {
    private static final int LATELY_SECONDS = 3_600;
    private static final int BOUNDS_MAX = 20;

    /// What is wrong, if anything is.
    Optional<Unread> first() throws PrometheusTalk.Refused {
        var all = new LinkedHashMap<String, Selector>();
        all.put("requests", source.requests());
        all.put("errors", source.errors());
        Prometheus.Slow slow = source.slow();
        if (slow != null) {
            all.put("latency", slow.buckets());
        }
        for (var one : all.entrySet()) {
            Optional<Unread> wrong = unknown(one.getKey(), one.getValue());
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        Optional<Unread> wrong = slow == null ? Optional.empty() : bound(slow);
        return wrong.isPresent() ? wrong : unseen();
    }

    /// Names and labels may be right, and their values not.
    private Optional<Unread> unseen() throws PrometheusTalk.Refused {
        String asked = new Expression(source, of).requests(of.baseline());
        return talk.query(asked).path("data").path("result").isEmpty()
                ? Optional.of(
                        new Unread(
                                "Prometheus at `%s` knows no `requests` of `%s`, which runs now"
                                        .formatted(source.host(), of.baseline().id()),
                                "mend the values of its labels, or let it answer something first: "
                                        + asked))
                : Optional.empty();
    }

    private static Map<String, String> of(Selector selector) {
        return Map.of(
                "match[]",
                selector.metric(),
                "start",
                Long.toString(Instant.now().getEpochSecond() - LATELY_SECONDS));
    }

    private Optional<Unread> unknown(String key, Selector selector) throws PrometheusTalk.Refused {
        List<String> labels = talk.names("/labels", of(selector));
        if (labels.isEmpty()) {
            return Optional.of(
                    new Unread(
                            "Prometheus at `%s` has no metric `%s`, which `%s` names"
                                    .formatted(source.host(), selector.metric(), key),
                            near(selector)));
        }
        return selector.matches().stream()
                .filter(match -> !match.operator().startsWith("!") && !match.value().isEmpty())
                .map(Selector.Match::label)
                .filter(label -> !labels.contains(label))
                .findFirst()
                .map(label ->
                        new Unread(
                                "`%s`: the metric `%s` has no label `%s`"
                                        .formatted(key, selector.metric(), label),
                                Nearest.hint(label, labels)));
    }

    private String near(Selector selector) {
        try {
            List<String> all = talk.names("/label/__name__/values", lately());
            return Nearest.to(selector.metric(), all)
                    .map(near -> "did you mean `" + near + "`?")
                    .orElse("name one that it has collected within the last hour");
        } catch (PrometheusTalk.Refused tooMany) {
            return "name one that it has collected within the last hour";
        }
    }

    private static Map<String, String> lately() {
        return Map.of("start", Long.toString(Instant.now().getEpochSecond() - LATELY_SECONDS));
    }

    private Optional<Unread> bound(Prometheus.Slow slow) throws PrometheusTalk.Refused {
        List<Double> bounds =
                talk.names("/label/le/values", of(slow.buckets())).stream()
                        .flatMap(text -> number(text).stream())
                        .distinct()
                        .sorted()
                        .toList();
        if (bounds.contains(slow.bound())) {
            return Optional.empty();
        }
        String known =
                bounds.stream()
                        .limit(BOUNDS_MAX)
                        .map(bound -> "`" + bound + "`")
                        .collect(Collectors.joining(", "));
        return Optional.of(
                new Unread(
                        "`slow`: `%s` has no bucket that ends at %s"
                                .formatted(slow.buckets().metric(), slow.bound()),
                        "choose one of its bounds, as the histogram has them: " + known));
    }

    private static Optional<Double> number(String text) {
        try {
            double value = Double.parseDouble(text);
            return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
        } catch (NumberFormatException e) {
            // `+Inf` is written so that it is none here.
            return Optional.empty();
        }
    }
}
