package dev.belay.driver.kubernetes;

import dev.belay.cluster.Labels;
import dev.belay.driver.Instance;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What runs by the clock as it is seen at one moment, with its runs.
final class ScheduleView {
    /// After that many runs in a row that failed it is no accident any more.
    private static final int FAILING = 2;

    private final JsonNode schedule;
    private final List<JsonNode> ended;
    private final boolean runs;

    /// @param jobs of its component
    ScheduleView(JsonNode schedule, List<JsonNode> jobs) {
        this.schedule = schedule;
        List<JsonNode> own = jobs.stream().filter(this::isOwner).toList();
        this.runs = own.stream().anyMatch(ScheduleView::isUnderWay);
        this.ended =
                own.stream()
                        .filter(job -> !isUnderWay(job))
                        .sorted(
                                Comparator.comparing((JsonNode job) ->
                                                Trees.text(job, "metadata", "creationTimestamp"))
                                        .thenComparing(Trees::name)
                                        .reversed())
                        .toList();
    }

    private boolean isOwner(JsonNode job) {
        return Trees.each(Trees.at(job, "metadata", "ownerReferences"))
                .anyMatch(owner -> Trees.text(owner, "uid").equals(Trees.uid(schedule)));
    }

    /// Whether a job may have a pod that runs.
    static boolean isUnderWay(JsonNode job) {
        return !Trees.holds(job, "Complete") && !Trees.holds(job, "Failed");
    }

    private Instance.State state() {
        if (Trees.isLeaving(schedule)) {
            return Instance.State.STOPPING;
        }
        if (ClusterSchedules.isSuspended(schedule)) {
            return runs ? Instance.State.STOPPING : Instance.State.EXITED;
        }
        boolean failing =
                ended.size() >= FAILING
                        && ended.stream()
                                .limit(FAILING)
                                .allMatch(job -> Trees.holds(job, "Failed"));
        return failing ? Instance.State.CRASH_LOOP : Instance.State.RUNNING;
    }

    private String detail() {
        String last =
                ended.isEmpty()
                        ? "has not run yet"
                        : "`%s` %s"
                                .formatted(
                                        Trees.name(ended.getFirst()),
                                        Trees.holds(ended.getFirst(), "Complete")
                                                ? "ended well"
                                                : "failed");
        return switch (state()) {
            case STOPPING -> "is about to end";
            case EXITED -> "is suspended";
            case STARTING, RUNNING, CRASH_LOOP ->
                    "ready, by the clock, %s%s".formatted(runs ? "runs now, " : "", last);
        };
    }

    /// As the one instance of its revision.
    Instance instance() {
        String revision = Trees.labels(schedule).getOrDefault(Labels.REVISION, "");
        return new Instance(
                revision + "-1",
                revision,
                1,
                state(),
                0,
                PodView.identity(Trees.uid(schedule)),
                created(),
                0,
                detail());
    }

    private Instant created() {
        try {
            return Instant.parse(Trees.text(schedule, "metadata", "creationTimestamp"));
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
