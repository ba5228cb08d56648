package dev.belay.driver.kubernetes;

import dev.belay.cluster.Labels;
import dev.belay.driver.WrittenLines;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What pods write, in the order in which they wrote it: their node notes the time of each line.
/// What a pod wrote that is gone, is gone with it.
public final class PodLogs implements WrittenLines {
    private static final Duration LOOK_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final Clusters clusters;
    private final UnaryOperator<String> redact;

    public PodLogs(Clusters clusters, UnaryOperator<String> redact) {
        this.clusters = clusters;
        this.redact = redact;
    }

    /// A line with its time, by which text sorts as time does.
    private record Timed(String time, Line line) {}

    @Override
    public List<Line> last(List<Scope> scopes, String instance, int lines) throws IOException {
        var all = new ArrayList<Timed>();
        for (Scope scope : scopes) {
            for (Map.Entry<String, PodView> one : pods(scope).entrySet()) {
                if (instance.isEmpty() || instance.equals(one.getKey())) {
                    all.addAll(written(scope, one.getKey(), one.getValue(), "tailLines=" + lines));
                }
            }
        }
        all.sort(Comparator.comparing(Timed::time));
        return all.subList(Math.max(0, all.size() - lines), all.size()).stream()
                .map(Timed::line)
                .toList();
    }

    private Map<String, PodView> pods(Scope scope) throws IOException {
        Optional<Placement> placement = clusters.of(scope.environment());
        if (placement.isEmpty()) {
            return Map.of();
        }
        String selector =
                ScopeRecord.selector(Labels.ofComponent(placement.get(), scope))
                        + ","
                        + Labels.REVISION;
        return told(() ->
                PodView.instances(
                        cluster(scope).list(Resource.PODS, selector, Deadline.in(LOOK_WITHIN))));
    }

    private Cluster cluster(Scope scope) throws IOException {
        return clusters.at(clusters.of(scope.environment()).orElseThrow()).cluster();
    }

    private List<Timed> written(Scope scope, String id, PodView pod, String which)
            throws IOException {
        var lines = new ArrayList<Timed>();
        for (String text :
                told(() -> cluster(scope).timedLog(pod.name(), which, Deadline.in(LOOK_WITHIN)))) {
            int blank = text.indexOf(' ');
            if (blank > 0) {
                lines.add(
                        new Timed(
                                text.substring(0, blank),
                                new Line(
                                        scope.name(),
                                        id,
                                        redact.apply(text.substring(blank + 1)))));
            }
        }
        return lines;
    }

    private interface Asked<T> {
        T now() throws IOException;
    }

    private static <T> T told(Asked<T> asked) throws IOException {
        try {
            return asked.now();
        } catch (ClusterFailure e) {
            throw new IOException(e.said(), e);
        }
    }

    @Override
    public Following follow(Scope scope) throws IOException {
        return new Reader(scope);
    }

    /// Reads by pods, as an instance's number may become another pod's.
    private final class Reader implements Following {
        private final Scope scope;
        private final Map<String, String> upTo = new HashMap<>();
        private Deadline next = Deadline.in(Duration.ZERO);

        Reader(Scope scope) throws IOException {
            this.scope = scope;
            for (Map.Entry<String, PodView> one : pods(scope).entrySet()) {
                List<Timed> last = written(scope, one.getKey(), one.getValue(), "tailLines=1");
                upTo.put(one.getValue().name(), last.isEmpty() ? "" : last.getLast().time());
            }
        }

        @Override
        public List<Line> poll() throws IOException {
            if (!next.over()) {
                return List.of();
            }
            next = Deadline.in(LOOK_EVERY);
            var fresh = new ArrayList<Timed>();
            for (Map.Entry<String, PodView> one : pods(scope).entrySet()) {
                fresh.addAll(since(one.getKey(), one.getValue()));
            }
            fresh.sort(Comparator.comparing(Timed::time));
            return fresh.stream().map(Timed::line).toList();
        }

        /// A cluster goes by whole seconds, so that some lines come twice.
        private List<Timed> since(String id, PodView pod) throws IOException {
            String after = upTo.getOrDefault(pod.name(), "");
            List<Timed> lines =
                    written(scope, id, pod, after.isEmpty() ? "" : "sinceTime=" + after).stream()
                            .filter(line -> line.time().compareTo(after) > 0)
                            .toList();
            if (!lines.isEmpty()) {
                upTo.put(pod.name(), lines.getLast().time());
            }
            return lines;
        }
    }
}
