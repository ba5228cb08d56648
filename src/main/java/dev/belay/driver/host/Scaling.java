package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Makes exactly so many instances of a revision exist. One order goes through: drain, decide
/// (under the lock: token, wanted, who ends), wait for the ends, start (under the lock again, if no
/// newer order and no probe came between), see whether they stay up for a moment.
final class Scaling {
    private static final Duration CLAIM_WITHIN = Duration.ofSeconds(5);
    private static final Duration WATCH = Duration.ofMillis(100);
    private static final Duration AFTER_GRACE = Duration.ofSeconds(2);
    private static final int PORT_TRIES = 3;
    private static final int LAST_LINES = 20;

    private final Starter starter;
    private final Stopper stopper;
    private final TrafficGuard guard;
    private final Preparation preparation;
    private final Runners runners;

    Scaling(
            Starter starter,
            Stopper stopper,
            TrafficGuard guard,
            Preparation preparation,
            Runners runners) {
        this.starter = starter;
        this.stopper = stopper;
        this.guard = guard;
        this.preparation = preparation;
        this.runners = runners;
    }

    Answer scale(ScopeFolder scope, Work.Scale work, Order order, Deadline deadline)
            throws IOException {
        return new Round(scope, Recipe.of(work.revision()), work.instances(), order, deadline).go();
    }

    /// What is there of it. The scope was sealed and its lock is held.
    Finding look(ScopeFolder scope, Work.Scale work) throws IOException {
        Recovery.recover(scope);
        Set<Integer> living = new HashSet<>();
        for (InstanceFolder instance : scope.instances(work.revision().id())) {
            if (!(instance.life() instanceof Life.Ended)) {
                if (instance.read().stopping()) {
                    return new Finding.NotDone();
                }
                living.add(instance.number());
            }
        }
        boolean exactly = living.size() == work.instances();
        for (int number = 1; number <= work.instances(); number++) {
            exactly &= living.contains(number);
        }
        return exactly
                ? new Finding.Done(describe(work.revision().id(), work.instances()))
                : new Finding.NotDone();
    }

    private static String describe(String revision, int instances) {
        return switch (instances) {
            case 0 -> "no instance of `" + revision + "` is left";
            case 1 -> "1 instance of `" + revision + "` runs";
            default -> instances + " instances of `" + revision + "` run";
        };
    }

    private final class Round {
        private final ScopeFolder scope;
        private final Recipe recipe;
        private final int count;
        private final Order order;
        private final Deadline deadline;
        private Fence mine = new Fence(0, 0, true);

        Round(ScopeFolder scope, Recipe recipe, int count, Order order, Deadline deadline) {
            this.scope = scope;
            this.recipe = recipe;
            this.count = count;
            this.order = order;
            this.deadline = deadline;
        }

        Answer go() throws IOException {
            Optional<Answer> no = drain();
            if (no.isEmpty()) {
                no = decide();
            }
            if (no.isEmpty()) {
                no = finishEnds();
            }
            return no.isPresent() ? no.get() : start();
        }

        private Optional<Answer> drain() throws IOException {
            Fence fence = scope.fence();
            if (fence.refuses(order.token())) {
                return Optional.of(new Answer.Stale(fence.last()));
            }
            List<String> ids = ids(surplus());
            if (ids.isEmpty() || !recipe.port()) {
                return Optional.empty();
            }
            Duration ending = recipe.stop().grace().plus(AFTER_GRACE);
            return guard.drain(
                    scope.scope(), recipe.revision(), recipe.stop(), ids, deadline.earlier(ending));
        }

        private Optional<Answer> decide() throws IOException {
            Optional<PathLock> lock = scope.lock(deadline.left());
            if (lock.isEmpty()) {
                return Optional.of(busy());
            }
            try (PathLock _ = lock.get()) {
                Fence fence = scope.fence();
                if (fence.refuses(order.token())) {
                    return Optional.of(new Answer.Stale(fence.last()));
                }
                Recovery.recover(scope);
                List<InstanceFolder> surplus = surplus();
                Optional<Answer> no = refuse(surplus);
                if (no.isEmpty()) {
                    mine = fence.accept(order.token());
                    scope.write(mine);
                    want();
                    for (InstanceFolder instance : surplus) {
                        stopper.begin(instance, recipe);
                    }
                    clearDead();
                }
                return no;
            }
        }

        private Optional<Answer> refuse(List<InstanceFolder> surplus) {
            if (surplus.isEmpty() || !recipe.port()) {
                return Optional.empty();
            }
            try {
                return guard.refuse(scope.scope(), recipe.revision(), ids(surplus));
            } catch (UncheckedIOException e) {
                return TrafficGuard.unreachable(e);
            }
        }

        private void want() throws IOException {
            SortedMap<String, Wanted> wanted = scope.wanted();
            if (count == 0) {
                wanted.remove(recipe.revision());
            } else {
                wanted.put(
                        recipe.revision(),
                        new Wanted(count, order.token(), order.release(), recipe));
            }
            scope.want(wanted);
        }

        /// The highest numbers first, and only those that live and are not ending already.
        private List<InstanceFolder> surplus() throws IOException {
            List<InstanceFolder> surplus = new ArrayList<>();
            for (InstanceFolder instance : scope.instances(recipe.revision()).reversed()) {
                boolean lives = !(instance.life() instanceof Life.Ended);
                if (instance.number() > count && lives && !instance.read().stopping()) {
                    surplus.add(instance);
                }
            }
            return surplus;
        }

        /// Those that ended by themselves and will not be started again.
        private void clearDead() throws IOException {
            for (InstanceFolder instance : scope.instances(recipe.revision())) {
                if (instance.number() > count && instance.life() instanceof Life.Ended) {
                    stopper.clear(scope.scope(), instance);
                }
            }
        }

        /// All that are told to end, by this order or an earlier one, in parallel.
        private Optional<Answer> finishEnds() throws IOException {
            List<InstanceFolder> ending = new ArrayList<>();
            for (InstanceFolder instance : scope.instances(recipe.revision())) {
                if (instance.read().stopping()) {
                    ending.add(instance);
                }
            }
            List<String> left = new ArrayList<>();
            List<Callable<Boolean>> finishes = new ArrayList<>();
            ending.forEach(instance ->
                    finishes.add(() -> stopper.finish(scope.scope(), instance, deadline)));
            List<Boolean> finished = inParallel(finishes);
            for (int i = 0; i < ending.size(); i++) {
                if (!finished.get(i)) {
                    left.add(ending.get(i).id());
                }
            }
            return left.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Answer.Failed(
                                    "`" + String.join("`, `", left) + "` did not end yet",
                                    "each gets `stop.grace` to end, and the step must allow it",
                                    true));
        }

        private Answer start() throws IOException {
            if (count > 0) {
                var no = runners.of(recipe).provide(scope.scope().environment(), recipe, deadline);
                if (no.isPresent()) {
                    return new Answer.Failed(no.get().reason(), no.get().hint(), false);
                }
            }
            Set<Integer> refusedPorts = new HashSet<>();
            List<InstanceFolder> failed = List.of();
            for (int i = 0; i < PORT_TRIES; i++) {
                List<InstanceFolder> started = new ArrayList<>();
                Optional<Answer> no = startMissing(started, refusedPorts);
                if (no.isPresent()) {
                    return no.get();
                }
                failed = watch(started);
                if (failed.isEmpty()) {
                    return new Answer.Done(
                            describe(recipe.revision(), count)
                                    + (count == 0
                                            ? ""
                                            : runners.of(recipe).notEnforced(recipe.limits())));
                }
                if (!lostPort(failed.getFirst())) {
                    break;
                }
                for (InstanceFolder instance : failed) {
                    refusedPorts.add(instance.read().port());
                }
            }
            return endedAtOnce(failed.getFirst());
        }

        private Optional<Answer> startMissing(List<InstanceFolder> started, Set<Integer> refused)
                throws IOException {
            Optional<PathLock> lock = scope.lock(deadline.left());
            if (lock.isEmpty()) {
                return Optional.of(busy());
            }
            try (PathLock _ = lock.get()) {
                Fence now = scope.fence();
                if (!now.equals(mine)) {
                    return Optional.of(new Answer.Stale(now.last()));
                }
                for (int number = 1; number <= count; number++) {
                    InstanceFolder instance = scope.instance(recipe.revision(), number);
                    if (instance.life() instanceof Life.Ended) {
                        Wanted wanted = new Wanted(count, order.token(), order.release(), recipe);
                        var no = starter.start(scope, instance, wanted, refused);
                        if (no.isPresent()) {
                            return Optional.of(
                                    new Answer.Failed(
                                            "`"
                                                    + instance.id()
                                                    + "` cannot be started: "
                                                    + no.get().reason(),
                                            no.get().hint(),
                                            false));
                        }
                        started.add(instance);
                    }
                }
                return Optional.empty();
            }
        }

        /// Those that did not stay up for a moment.
        private List<InstanceFolder> watch(List<InstanceFolder> started) throws IOException {
            deadline.orIn(CLAIM_WITHIN).await(() -> started.stream().noneMatch(Round::isStarting));
            deadline.orIn(started.isEmpty() ? Duration.ZERO : WATCH)
                    .await(() -> started.stream().anyMatch(Round::hasEnded));
            return started.stream().filter(Round::hasEnded).toList();
        }

        private boolean lostPort(InstanceFolder instance) throws IOException {
            return recipe.atPort() && !PortChoice.isFree(instance.read().port());
        }

        private Answer endedAtOnce(InstanceFolder instance) throws IOException {
            InstanceRecord record = instance.read();
            Program run = instance.run(record);
            int status = run.settledStatus().orElse(Life.NO_STATUS);
            String how = (status == Life.NO_STATUS ? "" : " with status " + status) + run.remark();
            run.drawLog(instance.log());
            List<String> lines = new LogFile(instance.log()).last(LAST_LINES);
            String log =
                    lines.isEmpty()
                            ? "; it wrote nothing"
                            : "; the last it wrote:\n" + String.join("\n", lines);
            return new Answer.Failed(
                    preparation.redact("`" + instance.id() + "` ended at once" + how + log),
                    "see `belay logs " + scope.scope().name() + "`",
                    false);
        }

        private static List<String> ids(List<InstanceFolder> instances) {
            return instances.stream().map(InstanceFolder::id).toList();
        }

        private static boolean isStarting(InstanceFolder instance) {
            return lifeOf(instance) instanceof Life.Starting;
        }

        private static boolean hasEnded(InstanceFolder instance) {
            return lifeOf(instance) instanceof Life.Ended;
        }

        private static Life lifeOf(InstanceFolder instance) {
            try {
                return instance.life();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Answer busy() {
            return new Answer.NotYet("another operation works on `" + scope.scope() + "`");
        }
    }

    private static <T> List<T> inParallel(List<Callable<T>> works) throws IOException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(works)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
