package dev.belay.driver.check;

import dev.belay.driver.Examined;
import dev.belay.driver.Instance;
import dev.belay.driver.Target;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.probe.CommandRun;
import dev.belay.driver.probe.HealthAnswer;
import dev.belay.driver.probe.HealthProbe;
import dev.belay.driver.probe.ProbeTarget;
import dev.belay.driver.probe.Readiness;
import dev.belay.driver.probe.ReadinessWatch;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Asks instances how they are: until they are ready, and then, through a soak, whether they still
/// are.
final class Wellness {
    /// A single slow answer is not an illness.
    private static final int UNWELL_IN_A_ROW = 3;

    private final BiPredicate<Scope, Instance> lives;
    private final Examining inside;
    private final RuntimeValues values;
    private final ArtifactStore artifacts;
    private final HealthProbe probe = new HealthProbe();
    private final Readiness readiness = new Readiness(probe);
    private final Map<Who, Seen> seen = new ConcurrentHashMap<>();

    /// Two environments may run instances of one name.
    private record Who(String environment, String id) {}

    /// Runs commands beside instances, as [Target#examine] does.
    interface Examining {
        Optional<Examined> examine(
                Scope scope, Instance instance, List<String> command, Duration within)
                throws IOException;
    }

    Wellness(Target target, RuntimeValues values, ArtifactStore artifacts) {
        this(target::lives, target::examine, values, artifacts);
    }

    /// @param inside for those that run in containers
    Wellness(
            BiPredicate<Scope, Instance> lives,
            Examining inside,
            RuntimeValues values,
            ArtifactStore artifacts) {
        this.lives = lives;
        this.inside = inside;
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
                Optional<ProbeTarget> asked = asked(environment, revision, one);
                if (asked.isEmpty()) {
                    return new NotReady(
                            "`" + one.id() + "` cannot be asked: a value of it is missing", "");
                }
                verdicts.add(
                        threads.submit(
                                () -> readiness.await(revision.launch().readiness(), asked.get())));
            }
            return whole(environment, revision, instances, verdicts);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new NotReady("the wait was interrupted", "");
        }
    }

    private Outcome whole(
            String environment,
            Revision revision,
            List<Instance> instances,
            List<Future<Readiness.Verdict>> verdicts)
            throws InterruptedException {
        long slowest = 0;
        for (int i = 0; i < instances.size(); i++) {
            Instance one = instances.get(i);
            switch (verdict(verdicts.get(i))) {
                case Readiness.Verdict.Ready(var after, var _) ->
                        slowest = Math.max(slowest, after.toMillis());
                case Readiness.Verdict.NotReady(String reason, var history) -> {
                    return lives.test(Scope.component(environment, revision.component()), one)
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
                        case HealthAnswer.NotAsked(var _, String reason) -> reason;
                    });
        }
        return lines.toString();
    }

    /// How an instance that was ready once is now.
    sealed interface Condition {}

    record Well() implements Condition {}

    /// Not well at this moment, which alone says little: it may be about to start, or start again.
    record Unsettled(String because) implements Condition {}

    record Ill(String reason) implements Condition {}

    /// Its probe cannot be put at all, whatever the instance does.
    record Unaskable(String reason) implements Condition {}

    /// Asks once. One that died is started again by whoever supervises: it is ill when it does not
    /// come back in the time that it has to start, or dies again and again. Until its first good
    /// answer it has that time, too.
    Condition look(String environment, Revision revision, Instance instance) {
        var who = new Who(environment, instance.id());
        Seen before = seen.get(who);
        Seen now = before == null ? Seen.first(instance) : before.of(instance);
        Duration within = revision.launch().readiness().within();
        return switch (instance.state()) {
            case CRASH_LOOP -> new Ill("starts and dies again and again");
            case STARTING -> new Unsettled("starts");
            case STOPPING -> new Well();
            case EXITED -> {
                Seen dead = now.dead(Instant.now());
                seen.put(who, dead);
                yield isOver(dead.deadSince(), within)
                        ? new Ill(instance.detail())
                        : new Unsettled(instance.detail());
            }
            case RUNNING -> ask(who, revision, instance, now);
        };
    }

    private Condition ask(Who who, Revision revision, Instance instance, Seen now) {
        Health health = revision.launch().liveness();
        Optional<ProbeTarget> asked = asked(who.environment(), revision, instance);
        HealthAnswer answer =
                asked.isPresent()
                        ? probe.ask(health.check(), asked.get(), health.timeout())
                        : new HealthAnswer.NotAsked(Duration.ZERO, "a value of it is missing");
        return switch (answer) {
            case HealthAnswer.Well _ -> {
                seen.put(who, now.well());
                yield new Well();
            }
            case HealthAnswer.NotAsked(var _, String reason) ->
                    new Unaskable("cannot be asked: " + reason);
            case HealthAnswer.Unwell(var _, String reason) -> {
                Duration within = revision.launch().readiness().within();
                if (!now.everWell() && !isOver(instance.started(), within)) {
                    seen.put(who, now);
                    yield new Unsettled("starts: " + reason);
                }
                Seen bad = now.bad();
                seen.put(who, bad);
                String said = "is not well: " + reason;
                yield bad.unwell() < UNWELL_IN_A_ROW ? new Unsettled(said) : new Ill(said);
            }
        };
    }

    /// How often it was started again since it was first looked at.
    int deaths(String environment, Instance instance) {
        Seen known = seen.get(new Who(environment, instance.id()));
        return known == null ? 0 : instance.restarts() - known.restarts();
    }

    private static boolean isOver(@Nullable Instant since, Duration within) {
        return since == null || Instant.now().isAfter(since.plus(within));
    }

    /// Empty when a command is to ask and has not all that its instance has.
    private Optional<ProbeTarget> asked(String environment, Revision revision, Instance instance) {
        Launch launch = revision.launch();
        boolean command =
                launch.readiness().check() instanceof Health.Command
                        || launch.liveness().check() instanceof Health.Command;
        Optional<Map<String, String>> given =
                command ? environment(environment, revision, instance) : Optional.of(Map.of());
        return given.map(values ->
                new ProbeTarget(
                        instance.socket().isEmpty()
                                ? new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), instance.port())
                                : UnixDomainSocketAddress.of(instance.socket()),
                        () ->
                                lives.test(
                                        Scope.component(environment, revision.component()),
                                        instance),
                        artifacts.unpacked(revision.artifact()),
                        values,
                        launch.container() == null
                                ? null
                                : inside(environment, revision, instance)));
    }

    /// Where it runs in a container.
    private ProbeTarget.Elsewhere inside(String environment, Revision revision, Instance instance) {
        return (command, within) -> {
            Scope scope = Scope.component(environment, revision.component());
            try {
                return inside.examine(scope, instance, command, within)
                        .<CommandRun.Outcome>map(said ->
                                said.status() == Examined.NOT_ENDED
                                        ? new CommandRun.Outcome.TimedOut(said.output())
                                        : new CommandRun.Outcome.Exited(
                                                said.status(), said.output()))
                        .orElseGet(
                                () -> new CommandRun.Outcome.NotStarted("it runs in no container"));
            } catch (IOException e) {
                return new CommandRun.Outcome.NotStarted(String.valueOf(e.getMessage()));
            }
        };
    }

    private Optional<Map<String, String>> environment(
            String environment, Revision revision, Instance instance) {
        var given = new HashMap<String, String>();
        if (instance.socket().isEmpty()) {
            given.put("PORT", String.valueOf(instance.port()));
        } else {
            given.put("SOCKET", instance.socket());
        }
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
                ? Optional.of(resolved.environment())
                : Optional.empty();
    }
}
