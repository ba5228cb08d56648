package dev.belay.driver.check;

import dev.belay.driver.Instance;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.probe.HealthAnswer;
import dev.belay.driver.probe.HealthProbe;
import dev.belay.driver.probe.ProbeTarget;
import dev.belay.driver.probe.Readiness;
import dev.belay.driver.probe.ReadinessWatch;
import dev.belay.driver.process.ProcessTarget;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Asks instances how they are: until they are ready, and then, through a soak, whether they still
/// are.
final class Wellness {
    /// A single slow answer is not an illness.
    private static final int UNWELL_IN_A_ROW = 3;

    private final RuntimeValues values;
    private final ArtifactStore artifacts;
    private final HealthProbe probe = new HealthProbe();
    private final Readiness readiness = new Readiness(probe);
    private final Map<String, Integer> unwell = new ConcurrentHashMap<>();

    Wellness(RuntimeValues values, ArtifactStore artifacts) {
        this.values = values;
        this.artifacts = artifacts;
    }

    /// How waiting for readiness ended.
    sealed interface Outcome {}

    record AllReady(String detail) implements Outcome {}

    /// One of them died while it was asked; it will be started again.
    record Died(String instance) implements Outcome {}

    record NotReady(String reason, String history) implements Outcome {}

    Outcome await(String environment, Revision revision, List<Instance> instances) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var verdicts = new ArrayList<Future<Readiness.Verdict>>();
            for (Instance one : instances) {
                ProbeTarget target = target(environment, revision, one);
                verdicts.add(
                        threads.submit(
                                () -> readiness.await(revision.launch().readiness(), target)));
            }
            return whole(instances, verdicts);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new NotReady("the wait was interrupted", "");
        }
    }

    private static Outcome whole(List<Instance> instances, List<Future<Readiness.Verdict>> verdicts)
            throws InterruptedException {
        long slowest = 0;
        for (int i = 0; i < instances.size(); i++) {
            Instance one = instances.get(i);
            switch (verdict(verdicts.get(i))) {
                case Readiness.Verdict.Ready(var after, var _) ->
                        slowest = Math.max(slowest, after.toMillis());
                case Readiness.Verdict.NotReady(String reason, var history) -> {
                    return ProcessTarget.lives(one.pid())
                            ? new NotReady("`" + one.id() + "` is " + reason, said(history))
                            : new Died(one.id());
                }
            }
        }
        return new AllReady(instances.size() + " ready, the last after " + slowest + " ms");
    }

    private static Readiness.Verdict verdict(Future<Readiness.Verdict> future)
            throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking for health failed", e.getCause());
        }
    }

    private static String said(List<ReadinessWatch.Probed> history) {
        var lines = new StringBuilder("probe history:");
        for (ReadinessWatch.Probed probed : history) {
            lines.append("\n  after ").append(probed.sinceStart().toMillis()).append(" ms: ");
            lines.append(
                    switch (probed.answer()) {
                        case HealthAnswer.Well _ -> "well";
                        case HealthAnswer.Unwell(var _, String reason) -> reason;
                    });
        }
        return lines.toString();
    }

    /// How an instance that was ready once is now.
    sealed interface Condition {}

    record Well() implements Condition {}

    /// Not well at this moment, which alone says little: it may be about to start again.
    record Unsettled(String because) implements Condition {}

    record Ill(String reason) implements Condition {}

    /// Asks once. One that died is started again by whoever supervises: it is ill when it does not
    /// come back, or dies again and again.
    Condition look(String environment, Revision revision, Instance instance) {
        switch (instance.state()) {
            case CRASH_LOOP -> {
                return new Ill("starts and dies again and again");
            }
            case EXITED -> {
                return bad(instance, instance.detail());
            }
            case STARTING -> {
                return new Unsettled("starts again");
            }
            case STOPPING -> {
                return new Well();
            }
            case RUNNING -> {}
        }
        Health health = revision.launch().liveness();
        HealthAnswer answer =
                probe.ask(
                        health.check(), target(environment, revision, instance), health.timeout());
        return switch (answer) {
            case HealthAnswer.Well _ -> {
                unwell.remove(instance.id());
                yield new Well();
            }
            case HealthAnswer.Unwell(var _, String reason) ->
                    starts(revision, instance)
                            ? new Unsettled("starts again: " + reason)
                            : bad(instance, "is not well: " + reason);
        };
    }

    /// Who was started again has as long for it as when it was new.
    private static boolean starts(Revision revision, Instance instance) {
        Duration within = revision.launch().readiness().within();
        return instance.restarts() > 0 && Instant.now().isBefore(instance.started().plus(within));
    }

    private Condition bad(Instance instance, String reason) {
        int times = unwell.merge(instance.id(), 1, Integer::sum);
        return times < UNWELL_IN_A_ROW ? new Unsettled(reason) : new Ill(reason);
    }

    /// One that was ended and comes anew begins anew.
    void forget(Instance instance) {
        unwell.remove(instance.id());
    }

    private ProbeTarget target(String environment, Revision revision, Instance instance) {
        int port = instance.port();
        Launch launch = revision.launch();
        boolean command =
                launch.readiness().check() instanceof Health.Command
                        || launch.liveness().check() instanceof Health.Command;
        return new ProbeTarget(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                () -> ProcessTarget.lives(instance.pid()),
                artifacts.unpacked(revision.artifact()),
                command ? environment(environment, revision, port) : Map.of());
    }

    private Map<String, String> environment(String environment, Revision revision, int port) {
        var given = new HashMap<String, String>();
        given.put("PORT", String.valueOf(port));
        given.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
        var needs =
                new RuntimeValues.Needs(
                        environment,
                        revision.configuration(),
                        List.of(),
                        revision.launch().required(),
                        revision.launch().secrets(),
                        given);
        return values.resolve(needs) instanceof RuntimeValues.Resolved resolved
                ? resolved.environment()
                : given;
    }
}
