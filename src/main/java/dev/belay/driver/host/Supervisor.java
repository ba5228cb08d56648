package dev.belay.driver.host;

import dev.belay.driver.Instance;
import dev.belay.driver.disk.PathLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// What happens between orders: instances that died are started again, ends that nobody waits for
/// are finished, overdue jobs killed, logs cut and read for fatal errors. It makes true what the
/// last accepted order said, and never decides anything new.
final class Supervisor {
    private static final Duration KILL_WITHIN = Duration.ofSeconds(2);

    /// How long an order that waits for an end gets to finish it itself.
    private static final Duration ORDER_FIRST = Duration.ofSeconds(1);

    /// A store that is away must not hold up the others at every tick.
    private static final Duration LEARN_AGAIN = Duration.ofSeconds(30);

    private final Records records;
    private final Starter starter;
    private final Stopper stopper;
    private final Jobs jobs;
    private final Supervision supervision;
    private final CrashLoop crashLoop;
    private final FatalErrors fatalErrors;
    private final Preparation preparation;

    /// By revision, when its secrets are to be asked for so that its log is masked; never, once
    /// they all were.
    private final Map<String, Instant> learn = new ConcurrentHashMap<>();

    Supervisor(
            Records records,
            Starter starter,
            Stopper stopper,
            Jobs jobs,
            Preparation preparation,
            Supervision supervision) {
        this.records = records;
        this.starter = starter;
        this.stopper = stopper;
        this.jobs = jobs;
        this.supervision = supervision;
        crashLoop = new CrashLoop(supervision);
        fatalErrors = new FatalErrors();
        this.preparation = preparation;
    }

    FatalErrors fatalErrors() {
        return fatalErrors;
    }

    /// Looks at every scope once and says what it did, or could not do, a sentence each.
    List<String> tick() {
        List<String> said = new ArrayList<>();
        try {
            List<Runner.Found> running = running(said);
            for (ScopeFolder scope : records.components()) {
                tick(scope, running, said);
            }
        } catch (IOException | UncheckedIOException e) {
            said.add("the state folder cannot be read: " + Failures.say(e));
        }
        return said;
    }

    /// One runner that cannot say keeps nobody from looking after what others run.
    private List<Runner.Found> running(List<String> said) {
        List<Runner.Found> running = new ArrayList<>();
        for (Runner runner : records.runners().all()) {
            try {
                running.addAll(runner.found());
            } catch (IOException e) {
                said.add("what runs by `" + runner.name() + "` is not seen: " + e.getMessage());
            }
        }
        return running;
    }

    private void tick(ScopeFolder scope, List<Runner.Found> running, List<String> said) {
        try {
            // Who holds the lock is at work on it; there is another tick soon.
            Optional<PathLock> lock = scope.lock(Duration.ZERO);
            if (lock.isPresent()) {
                try (PathLock _ = lock.get()) {
                    Recovery.recover(scope, running);
                    Map<String, Wanted> wanted = scope.wanted();
                    learnSecrets(scope, wanted);
                    finishEnds(scope, said);
                    startDead(scope, wanted, said);
                    jobs.killOverdue(scope, said);
                    lookAfterLogs(scope);
                    forgetOld(scope, wanted.keySet());
                }
            }
        } catch (IOException | UncheckedIOException e) {
            said.add("`" + scope.scope() + "` is not looked after: " + Failures.say(e));
        }
    }

    /// Ends one that lives, as its end by order would, but without deciding that it stays away.
    boolean end(ScopeFolder scope, Instance instance) throws IOException {
        Optional<PathLock> lock = scope.lock(Duration.ZERO);
        if (lock.isEmpty()) {
            return false;
        }
        try (PathLock _ = lock.get()) {
            Wanted wanted = scope.wanted().get(instance.revision());
            InstanceFolder folder = scope.instance(instance.revision(), instance.number());
            boolean same =
                    folder.life() instanceof Life.Alive(long pid, long _) && pid == instance.pid();
            if (wanted == null || !same || folder.read().stopping()) {
                return false;
            }
            return stopper.end(folder, wanted.recipe());
        }
    }

    /// A new control plane does not know yet what must not be shown of the logs it finds.
    private void learnSecrets(ScopeFolder scope, Map<String, Wanted> all) throws IOException {
        for (Wanted wanted : all.values()) {
            String key = scope.scope() + " " + wanted.recipe().revision();
            Instant now = Instant.now();
            if (now.isAfter(learn.getOrDefault(key, Instant.EPOCH))) {
                boolean learnt =
                        preparation.learnSecrets(scope.scope().environment(), wanted.recipe());
                learn.put(key, learnt ? Instant.MAX : now.plus(LEARN_AGAIN));
            }
        }
    }

    private void finishEnds(ScopeFolder scope, List<String> said) throws IOException {
        for (InstanceFolder instance : scope.instances()) {
            InstanceRecord record = instance.read();
            boolean overdue =
                    record.stopping()
                            && Instant.now().isAfter(record.killAfter().plus(ORDER_FIRST));
            if (overdue && !(instance.life() instanceof Life.Ended)) {
                stopper.finish(scope.scope(), instance, Deadline.in(KILL_WITHIN));
                said.add("`" + instance.id() + "` was killed: its grace is over");
            }
        }
    }

    private void startDead(ScopeFolder scope, Map<String, Wanted> all, List<String> said)
            throws IOException {
        for (Wanted wanted : all.values()) {
            for (int number = 1; number <= wanted.instances(); number++) {
                InstanceFolder instance = scope.instance(wanted.recipe().revision(), number);
                if (instance.life() instanceof Life.Ended) {
                    startDead(scope, instance, wanted, said);
                } else {
                    instance.run(instance.read()).mend().ifPresent(said::add);
                }
            }
        }
    }

    private void startDead(
            ScopeFolder scope, InstanceFolder instance, Wanted wanted, List<String> said)
            throws IOException {
        InstanceRecord record = instance.read();
        boolean byItself =
                record.run() > 0
                        && !record.stopping()
                        && record.boot().equals(Boot.ID)
                        && record.startAfter().equals(Instant.EPOCH);
        if (byItself) {
            Program run = instance.run(record);
            int status = run.settledStatus().orElse(Life.NO_STATUS);
            String remark = run.remark();
            record = crashLoop.after(record, Instant.now());
            instance.write(record);
            String how = status == Life.NO_STATUS ? "was killed" : "ended with status " + status;
            said.add("`" + instance.id() + "` " + how + remark + " and will be started again");
        }
        if (Instant.now().isBefore(record.startAfter())) {
            return;
        }
        Optional<Preparation.Refused> no = starter.start(scope, instance, wanted, Set.of());
        if (no.isPresent()) {
            // Not tried again at every tick: what is missing will be missing for a while.
            instance.write(crashLoop.after(record, Instant.now()));
            said.add("`" + instance.id() + "` cannot be started: " + no.get().reason());
        }
    }

    private void lookAfterLogs(ScopeFolder scope) throws IOException {
        for (InstanceFolder instance : scope.instances()) {
            InstanceRecord record = instance.read();
            if (record.run() > 0) {
                instance.run(record).drawLog(instance.log());
            }
            fatalErrors.read(instance, record.started());
            new LogFile(instance.log()).cutAt(supervision.logBytes());
        }
        for (JobFolder job : scope.jobs()) {
            new LogFile(job.log()).cutAt(supervision.logBytes());
        }
    }

    /// The logs of the revisions that ran last stay; those of long ago go.
    private void forgetOld(ScopeFolder scope, Set<String> wanted) throws IOException {
        List<String> revisions = scope.revisions();
        if (revisions.size() <= supervision.keptRevisions()) {
            return;
        }
        List<Old> old = new ArrayList<>();
        for (String revision : revisions) {
            Instant last = Instant.EPOCH;
            boolean lives = false;
            for (InstanceFolder instance : scope.instances(revision)) {
                Instant started = instance.read().started();
                last = started.isAfter(last) ? started : last;
                lives |= !(instance.life() instanceof Life.Ended);
            }
            if (!lives && !wanted.contains(revision)) {
                old.add(new Old(revision, last));
            }
        }
        old.sort((a, b) -> b.last().compareTo(a.last()));
        for (Old revision :
                old.subList(Math.min(supervision.keptRevisions(), old.size()), old.size())) {
            try (Stream<Path> files = Files.walk(scope.revision(revision.name()))) {
                for (Path file : files.toList().reversed()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private record Old(String name, Instant last) {}
}
