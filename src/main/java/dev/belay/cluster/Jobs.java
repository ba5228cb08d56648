package dev.belay.cluster;

import dev.belay.release.CronSchedule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// What runs to its end: once, or by the clock.
public final class Jobs {
    /// How long what ended can still be looked at.
    private static final Duration KEPT = Duration.ofDays(1);

    /// A run that could not begin for that long is left out.
    private static final Duration LATE = Duration.ofMinutes(10);

    private static final int KEPT_RUNS = 3;

    private Jobs() {}

    /// Runs a command at most once: what fails is not begun again by the cluster. It ends as its
    /// component does.
    public static ClusterObject job(
            Workload workload,
            ClusterVersion version,
            String name,
            List<String> command,
            Duration timeout) {
        Duration grace = workload.launch().stop().grace();
        return job(workload, version, name, command, timeout, grace);
    }

    /// The same, with a time to end of its own.
    ///
    /// @param name of the run; two runs have two names
    /// @param command `${NAME}` not yet resolved
    /// @param timeout after which the cluster tells it to end
    /// @param grace in which it is to have ended then, rounded up to seconds
    public static ClusterObject job(
            Workload workload,
            ClusterVersion version,
            String name,
            List<String> command,
            Duration timeout,
            Duration grace) {
        Part spec = spec(workload, version, command, timeout, grace);
        if (version.removesEndedJobs()) {
            spec.put("ttlSecondsAfterFinished", KEPT.toSeconds());
        }
        return ClusterObject.of(
                "batch/v1",
                "Job",
                workload.metadata(ObjectName.fit(name, ObjectName.LABEL_MAX)),
                new Part().put("spec", spec).done());
    }

    /// Runs a component by the clock, one run at a time. It has the component's name: another
    /// revision takes its place.
    ///
    /// @throws NullPointerException when it does not run by the clock
    public static ClusterObject scheduled(Workload workload, ClusterVersion version) {
        return scheduled(workload, version, ObjectName.schedule(workload.scope().name()));
    }

    /// The same for a revision alone, beside which those of others can be.
    ///
    /// @throws NullPointerException when it does not run by the clock
    public static ClusterObject scheduledOfRevision(Workload workload, ClusterVersion version) {
        return scheduled(workload, version, ObjectName.scheduleOf(workload.revision().id()));
    }

    private static ClusterObject scheduled(Workload workload, ClusterVersion version, String name) {
        CronSchedule schedule = Objects.requireNonNull(workload.pod().schedule());
        Part template =
                new Part()
                        .put(
                                "metadata",
                                new Part()
                                        .put(
                                                "labels",
                                                Labels.all(
                                                        workload.placement(), workload.selector())))
                        .put(
                                "spec",
                                spec(
                                        workload,
                                        version,
                                        workload.launch().command(),
                                        schedule.limit(),
                                        workload.launch().stop().grace()));
        Part spec = new Part().put("schedule", schedule.cron());
        if (version.knowsZones()) {
            spec.put("timeZone", schedule.zone());
        }
        spec.put("concurrencyPolicy", "Forbid")
                .put("startingDeadlineSeconds", LATE.toSeconds())
                .put("successfulJobsHistoryLimit", KEPT_RUNS)
                .put("failedJobsHistoryLimit", KEPT_RUNS)
                .put("jobTemplate", template);
        return ClusterObject.of(
                version.cronJobs(),
                "CronJob",
                workload.metadata(name),
                new Part().put("spec", spec).done());
    }

    private static Part spec(
            Workload workload,
            ClusterVersion version,
            List<String> command,
            Duration timeout,
            Duration grace) {
        return new Part()
                .put("backoffLimit", 0)
                .put("completions", 1)
                .put("parallelism", 1)
                .put("activeDeadlineSeconds", Math.max(1, Probes.seconds(timeout)))
                .put("template", new PodTemplate(workload, version).ending(command, grace));
    }
}
