package dev.belay.driver.kubernetes;

import dev.belay.driver.host.Deadline;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// What keeps a revision from running, as soon as the cluster knows it: nobody has to wait until
/// time is over to hear that there is no such image.
final class Troubles {
    private static final int LAST_LINES = 20;

    /// What no waiting helps with.
    private static final Set<String> IMAGE =
            Set.of("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull");

    private static final Set<String> CONTAINER =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    private final Cluster cluster;
    private final UnaryOperator<String> redact;

    /// @param redact takes secrets out of what instances wrote
    Troubles(Cluster cluster, UnaryOperator<String> redact) {
        this.cluster = cluster;
        this.redact = redact;
    }

    /// @param passing whether it may pass by itself: a node that is free soon
    record Trouble(String reason, String hint, boolean passing) {}

    /// Whether a pod is in some trouble at all: asked for each change of it, and so cheap.
    static boolean isIn(JsonNode pod) {
        var view = new PodView(pod);
        return !view.isLeaving()
                && !view.runs()
                && (IMAGE.contains(view.waiting())
                        || CONTAINER.contains(view.waiting())
                        || view.waiting().equals("CrashLoopBackOff")
                        || view.hasJustEnded()
                        || view.isOver());
    }

    static boolean isUnschedulable(JsonNode pod) {
        return new PodView(pod).unschedulable().isPresent();
    }

    /// Why the cluster makes no pods; empty when it does.
    static Optional<String> refused(JsonNode deployment) {
        JsonNode failure = Trees.condition(deployment, "ReplicaFailure");
        return Trees.text(failure, "status").equals("True")
                ? Optional.of(Trees.text(failure, "message"))
                : Optional.empty();
    }

    Trouble ofRefusal(String message) {
        var said = new ClusterFailure(403, "Forbidden", message);
        return new Trouble("the cluster makes no pod: " + message, said.hint(), false);
    }

    /// What is wrong with the first of the pods that has something wrong.
    Optional<Trouble> of(List<JsonNode> pods, Deadline deadline) throws IOException {
        for (Map.Entry<String, PodView> one : PodView.instances(pods).entrySet()) {
            if (isIn(one.getValue().pod()) || one.getValue().unschedulable().isPresent()) {
                return Optional.of(of(one.getKey(), one.getValue(), deadline));
            }
        }
        return Optional.empty();
    }

    /// What is wrong with the pod of a job.
    Optional<Trouble> ofJob(String name, JsonNode pod, Deadline deadline) throws IOException {
        return Optional.of(of(name, new PodView(pod), deadline));
    }

    private Trouble of(String id, PodView view, Deadline deadline) throws IOException {
        Optional<String> unschedulable = view.unschedulable();
        if (unschedulable.isPresent()) {
            return new Trouble(
                    "no node takes `%s`: %s".formatted(id, unschedulable.get()),
                    "give the cluster a node with room, or ask for less by `limits`",
                    true);
        }
        if (IMAGE.contains(view.waiting())) {
            return new Trouble(
                    "`%s` has no image: %s".formatted(id, told(view, "Failed", deadline)),
                    "see whether the image is there, and whether the cluster may pull it",
                    false);
        }
        if (CONTAINER.contains(view.waiting())) {
            return new Trouble(
                    "`%s` cannot be started: %s".formatted(id, redact.apply(view.waitingBecause())),
                    "`kubectl describe pod " + view.name() + "` tells more",
                    false);
        }
        return new Trouble(ended(id, view, deadline), "read its last lines", false);
    }

    /// The text of an event says more than a status does.
    private String told(PodView view, String reason, Deadline deadline) throws IOException {
        return cluster.events(Trees.uid(view.pod()), deadline).stream()
                .filter(event -> Trees.text(event, "reason").equals(reason))
                .map(event -> Trees.text(event, "message"))
                .filter(message -> message.contains(": ") || message.contains("pull"))
                .reduce((_, last) -> last)
                .orElse(view.waiting() + " " + view.waitingBecause());
    }

    private String ended(String id, PodView view, Deadline deadline) throws IOException {
        String how = view.exit().map(status -> " with status " + status).orElse("");
        List<String> lines = log(view, deadline);
        return redact.apply(
                "`%s` ended at once%s%s"
                        .formatted(
                                id,
                                how,
                                lines.isEmpty()
                                        ? "; it wrote nothing"
                                        : "; the last it wrote:\n" + String.join("\n", lines)));
    }

    /// What the container wrote that ended: by now another may run in the pod.
    List<String> log(PodView view, Deadline deadline) throws IOException {
        boolean before = view.restarts() > 0 && !view.hasJustEnded();
        List<String> lines = cluster.log(view.name(), LAST_LINES, before, deadline);
        return before && lines.isEmpty()
                ? cluster.log(view.name(), LAST_LINES, false, deadline)
                : lines;
    }
}
