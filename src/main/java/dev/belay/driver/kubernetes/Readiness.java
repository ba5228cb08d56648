package dev.belay.driver.kubernetes;

import dev.belay.driver.Look;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// Waits until pods of a revision are ready, by their probes and the cluster's word.
final class Readiness {
    private static final Duration SOON = Duration.ofMillis(200);
    private static final Duration TO_ANSWER = Duration.ofSeconds(2);

    private final Bounds bounds;
    private final UnaryOperator<String> redact;

    Readiness(Bounds bounds, UnaryOperator<String> redact) {
        this.bounds = bounds;
        this.redact = redact;
    }

    Look look(Work.Ready work) throws IOException {
        Duration within = work.revision().launch().readiness().within();
        Deadline deadline = bounds.deadline().earlier(TO_ANSWER).orIn(within);
        bounds.mirrors()
                .await(
                        deadline,
                        view -> {
                            List<JsonNode> pods =
                                    bounds.ofRevision(
                                            view.pods(bounds.component()), work.revision());
                            return ready(pods) >= work.instances()
                                    || pods.stream().anyMatch(Troubles::isIn);
                        });
        List<JsonNode> pods =
                bounds.cluster()
                        .list(
                                Resource.PODS,
                                ScopeRecord.selector(bounds.labels(work.revision())),
                                bounds.deadline());
        long ready = ready(pods);
        if (ready >= work.instances()) {
            return new Look.Done(ready + " ready, by the word of the cluster");
        }
        var troubles = new Troubles(bounds.cluster(), redact);
        Optional<Troubles.Trouble> trouble = troubles.of(pods, bounds.deadline());
        if (trouble.isPresent() && !trouble.get().passing()) {
            return new Look.Failed(trouble.get().reason(), trouble.get().hint(), "");
        }
        String said = "%d of %d are ready".formatted(ready, work.instances());
        if (!deadline.over()) {
            return new Look.Waiting(SOON, said);
        }
        return new Look.Failed(
                trouble.map(Troubles.Trouble::reason).orElse(said + " after " + within),
                "its health check is `health` of the component",
                String.join("\n", last(troubles, pods)));
    }

    /// What those wrote last that are not ready.
    private List<String> last(Troubles troubles, List<JsonNode> pods) throws IOException {
        for (JsonNode pod : pods) {
            var view = new PodView(pod);
            if (!view.isReady() && view.runs()) {
                return troubles.log(view, bounds.deadline()).stream().map(redact).toList();
            }
        }
        return List.of();
    }

    private static long ready(List<JsonNode> pods) {
        return pods.stream().filter(pod -> new PodView(pod).isReady()).count();
    }
}
