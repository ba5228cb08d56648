package dev.belay.driver.kubernetes;

import dev.belay.cluster.Labels;
import dev.belay.driver.Instance;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// A pod as it is seen at one moment: what an instance is in a cluster.
record PodView(JsonNode pod) {
    /// After that many deaths lately it is no accident any more.
    private static final int CRASH_LOOP = 3;

    private static final Duration LATELY = Duration.ofMinutes(10);

    /// What a number may have that other programs read as JSON.
    private static final long EXACT = (1L << 53) - 1;

    /// Who is about to end is last, then the oldest is first.
    static final Comparator<PodView> BY_AGE =
            Comparator.comparing(PodView::isLeaving)
                    .thenComparing(one -> Trees.text(one.pod(), "metadata", "creationTimestamp"))
                    .thenComparing(PodView::name);

    String name() {
        return Trees.name(pod);
    }

    String revision() {
        return Trees.labels(pod).getOrDefault(Labels.REVISION, "");
    }

    boolean isLeaving() {
        return Trees.isLeaving(pod);
    }

    /// Whether it came to an end by itself, as a whole: what a job does, or what was evicted.
    boolean isOver() {
        String phase = Trees.text(pod, "status", "phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    boolean isReady() {
        return !isLeaving() && Trees.holds(pod, "Ready");
    }

    private JsonNode container() {
        return Trees.at(pod, "status", "containerStatuses").path(0);
    }

    boolean runs() {
        return !container().path("state").path("running").isMissingNode();
    }

    int restarts() {
        return (int) Trees.number(container(), "restartCount");
    }

    /// Why its container does not run: a word of the cluster, such as `ImagePullBackOff`.
    String waiting() {
        return Trees.text(container(), "state", "waiting", "reason");
    }

    String waitingBecause() {
        return Trees.text(container(), "state", "waiting", "message");
    }

    /// How its container ended last.
    Optional<Integer> exit() {
        JsonNode state = container().path("state").path("terminated");
        JsonNode last = container().path("lastState").path("terminated");
        JsonNode ended = state.isMissingNode() ? last : state;
        return ended.isMissingNode()
                ? Optional.empty()
                : Optional.of(ended.path("exitCode").asInt(-1));
    }

    /// Whether its container ended, and no other has begun in it.
    boolean hasJustEnded() {
        return !container().path("state").path("terminated").isMissingNode();
    }

    private boolean diedLately(Instant now) {
        String at = Trees.text(container(), "lastState", "terminated", "finishedAt");
        return at.isEmpty() || moment(at).plus(LATELY).isAfter(now);
    }

    /// Why no node takes it; empty when one has.
    Optional<String> unschedulable() {
        JsonNode scheduled = Trees.condition(pod, "PodScheduled");
        return Trees.text(scheduled, "reason").equals("Unschedulable")
                ? Optional.of(Trees.text(scheduled, "message"))
                : Optional.empty();
    }

    Instance.State state(Instant now) {
        if (isLeaving()) {
            return Instance.State.STOPPING;
        }
        if (waiting().equals("CrashLoopBackOff") || (restarts() >= CRASH_LOOP && diedLately(now))) {
            return Instance.State.CRASH_LOOP;
        }
        if (isOver() || hasJustEnded()) {
            return Instance.State.EXITED;
        }
        return runs() ? Instance.State.RUNNING : Instance.State.STARTING;
    }

    private String detail(Instant now) {
        return switch (state(now)) {
            case STOPPING -> "is about to end";
            case CRASH_LOOP -> "starts and dies again and again";
            case EXITED ->
                    exit().map(status -> "ended with status " + status)
                            .orElse("ended: " + Trees.text(pod, "status", "reason"));
            case RUNNING -> (isReady() ? "ready, " : "not ready, ") + name();
            case STARTING ->
                    unschedulable().orElse(waiting().isEmpty() ? "starts" : "waits: " + waiting());
        };
    }

    /// A number that no other container has, and no later one of the same pod.
    private long identity() {
        return identity(Trees.uid(pod) + " " + restarts());
    }

    /// A number for what is called so, and for nothing else.
    static long identity(String what) {
        return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8))
                        .getMostSignificantBits()
                & EXACT;
    }

    /// The instances that pods are: of each revision, counted from the oldest, as the youngest are
    /// the first to go.
    static Map<String, PodView> instances(List<JsonNode> pods) {
        var byRevision = new TreeMap<String, List<PodView>>();
        for (JsonNode pod : pods) {
            var view = new PodView(pod);
            if (!view.revision().isEmpty()) {
                byRevision.computeIfAbsent(view.revision(), _ -> new ArrayList<>()).add(view);
            }
        }
        var all = new TreeMap<String, PodView>();
        byRevision.forEach((revision, views) -> {
            views.sort(BY_AGE);
            for (int i = 0; i < views.size(); i++) {
                all.put(revision + "-" + (i + 1), views.get(i));
            }
        });
        return all;
    }

    /// This pod as an instance.
    Instance instance(String id, Instant now) {
        int number = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
        return new Instance(
                id,
                revision(),
                number,
                state(now),
                (int)
                        Trees.number(
                                Trees.at(pod, "spec", "containers").path(0).path("ports").path(0),
                                "containerPort"),
                identity(),
                moment(Trees.text(pod, "metadata", "creationTimestamp")),
                restarts(),
                detail(now));
    }

    private static Instant moment(String text) {
        try {
            return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
