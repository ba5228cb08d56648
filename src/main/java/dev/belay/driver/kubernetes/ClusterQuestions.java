package dev.belay.driver.kubernetes;

import dev.belay.cluster.Jobs;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.Workload;
import dev.belay.release.Revision;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Asks a command of an image something, by a Job that changes nothing and that no step waits for:
/// whatever becomes of it, the question can be asked again.
final class ClusterQuestions {
    private static final int MAX = 16 << 10;
    private static final int ERRORS_SHOWN = 2_000;
    private static final int LINES = 2_000;
    private static final Duration TO_HEAR_OF_IT = Duration.ofSeconds(2);

    private final Workloads workloads;

    ClusterQuestions(Workloads workloads) {
        this.workloads = workloads;
    }

    /// What came of it.
    sealed interface Told {}

    /// @param printed what it wrote, errors too, which a cluster does not tell apart
    record Ended(int status, String printed) implements Told {
        boolean isTooLong() {
            return printed.length() > MAX;
        }

        String end(UnaryOperator<String> redact) {
            String text = redact.apply(printed);
            return text.substring(Math.max(0, text.length() - ERRORS_SHOWN));
        }
    }

    record Late() implements Told {}

    record Impossible(String reason, String hint) implements Told {}

    Told ask(Bounds bounds, Revision revision, List<String> command, Duration within)
            throws IOException {
        Workloads.Made made = workloads.of(bounds.order().scope(), revision);
        if (!(made instanceof Workloads.Ready ready)) {
            var missing = (Workloads.Missing) made;
            return new Impossible(missing.reason(), missing.hint());
        }
        Workload workload = ready.workload();
        String name =
                ObjectName.fit(
                        bounds.order().scope().name() + "-ask-" + UUID.randomUUID(),
                        ObjectName.LABEL_MAX);
        // Without a token: it is no order, and whoever asks need not be the one to carry it out.
        ObjectNode question =
                Bounds.tree(
                        Jobs.job(
                                        workload,
                                        bounds.cluster().version(bounds.deadline()),
                                        name,
                                        command,
                                        within,
                                        Duration.ofSeconds(1))
                                .annotated(new TreeMap<>(Map.of(ClusterJobs.QUESTION, "yes"))));
        begin(bounds, ready, question);
        var earlier = bounds.deadline().orIn(within.plus(TO_HEAR_OF_IT));
        bounds.mirrors().await(earlier, view -> ClusterJobs.isDecided(view, bounds, name));
        try {
            return told(bounds, name);
        } finally {
            forget(bounds, name);
        }
    }

    /// What its pod needs belongs to it, so that it has to be there first, and without a pod.
    private static void begin(Bounds bounds, Workloads.Ready ready, ObjectNode question)
            throws IOException {
        JsonNode empty =
                bounds.cluster()
                        .create(Resource.JOBS, ClusterJobs.withoutPod(question), bounds.deadline());
        ClusterJobs.prepare(bounds, ready, empty);
        bounds.cluster()
                .apply(
                        Resource.JOBS,
                        Bounds.over(question, empty),
                        Cluster.MANAGER,
                        bounds.deadline());
    }

    private Told told(Bounds bounds, String name) throws IOException {
        List<JsonNode> pods = ClusterJobs.podsOf(bounds, name);
        Optional<JsonNode> over =
                pods.stream().filter(pod -> new PodView(pod).isOver()).findFirst();
        if (over.isPresent()) {
            var view = new PodView(over.get());
            List<String> lines = bounds.cluster().log(view.name(), LINES, false, bounds.deadline());
            return view.exit()
                    .<Told>map(status -> new Ended(status, String.join("\n", lines).strip()))
                    .orElseGet(() -> new Impossible("nobody saw how it ended", ""));
        }
        Optional<Troubles.Trouble> trouble =
                pods.stream().noneMatch(ClusterJobs::cannotBegin)
                        ? Optional.empty()
                        : new Troubles(bounds.cluster(), workloads::redact)
                                .ofJob(name, pods.getFirst(), bounds.deadline());
        return trouble.<Told>map(one -> new Impossible(one.reason(), one.hint()))
                .orElseGet(Late::new);
    }

    /// All earlier ones, too: what this one needs belongs to it by now, and is not taken away with
    /// another.
    private static void forget(Bounds bounds, String name) throws IOException {
        for (JsonNode job : ClusterJobs.questions(bounds)) {
            boolean over = Trees.holds(job, "Complete") || Trees.holds(job, "Failed");
            if (over && !Trees.name(job).equals(name)) {
                ClusterJobs.forget(bounds, job);
            }
        }
    }
}
