package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Examined;
import dev.belay.driver.Finding;
import dev.belay.driver.Foretold;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Runs instances on this host, each in what its revision says. They outlive the control plane; a
/// new one over the same folder finds them again.
///
/// Each call is one round: refuse what is out of date, make the token durable, act. What takes
/// time, such as the end of an instance, is waited for without the scope's lock, and before the
/// next act the fence is compared again.
public final class HostTarget implements Target {
    private final Records records;
    private final Router router;
    private final Preparation preparation;
    private final Starter starter;
    private final Scaling scaling;
    private final Jobs jobs;
    private final CommandMigrations migrations;
    private final DryRun dryRun;
    private final Publishing publishing;
    private final Supervision supervision;
    private final Supervisor supervisor;
    private final Inventory inventory;
    private final Hostings hostings;

    /// @param state the folder that all of this keeps its records in
    public HostTarget(
            Path state,
            Runners runners,
            ArtifactStore artifacts,
            RuntimeValues values,
            Router router,
            Supervision supervision) {
        records = new Records(state.toAbsolutePath().normalize(), runners);
        this.router = router;
        preparation = new Preparation(artifacts, values, runners);
        starter = new Starter(records, preparation);
        var stopper = new Stopper(records.state());
        scaling = new Scaling(starter, stopper, new TrafficGuard(router), preparation, runners);
        jobs = new Jobs(records.state(), preparation, runners);
        migrations = new CommandMigrations(records, jobs, preparation);
        dryRun = new DryRun(records, preparation);
        publishing = new Publishing(artifacts);
        this.supervision = supervision;
        supervisor = new Supervisor(records, starter, stopper, jobs, preparation, supervision);
        inventory = new Inventory(new CrashLoop(supervision));
        hostings = new Hostings(runners);
    }

    @Override
    public Answer scale(Work.Scale work, Order order) {
        return answer(order, (scope, deadline) -> scaling.scale(scope, work, order, deadline));
    }

    @Override
    public Answer publish(Work.Publish work, Order order) {
        return answer(order, (scope, deadline) -> publishing.publish(scope, work, order, deadline));
    }

    @Override
    public Answer runJob(Work.RunJob work, Order order) {
        return answer(order, (scope, deadline) -> jobs.run(scope, work, order, deadline));
    }

    @Override
    public Answer migrate(Work.MigrateByCommand work, Order order) {
        return answer(order, (scope, deadline) -> migrations.up(scope, work, order, deadline));
    }

    @Override
    public Answer takeBack(Work.TakeBackByCommand work, Order order) {
        return answer(order, (scope, deadline) -> migrations.down(scope, work, order, deadline));
    }

    @Override
    public Look hosted(Work.Hosted work, Order order) {
        return hostings.look(order.scope().environment(), work.revisions());
    }

    @Override
    public Look foreseen(Work.Foreseen work, Order order) {
        String environment = order.scope().environment();
        return foretell(environment, work.revision(), work.by(), order.within())
                .against(work.printed());
    }

    @Override
    public Foretold foretell(
            String environment, Revision revision, MigrationCommands by, Duration within) {
        try {
            return dryRun.ask(environment, revision, by, within);
        } catch (IOException e) {
            return new Foretold.Nothing("`plan` cannot be asked: " + e.getMessage(), "");
        }
    }

    @Override
    public Finding probe(Work.Effect work, Order order) {
        ScopeFolder scope = records.of(order.scope());
        try {
            Optional<PathLock> lock = scope.lock(order.within());
            if (lock.isEmpty()) {
                return new Finding.InProgress("another operation works on `" + order.scope() + "`");
            }
            try (PathLock _ = lock.get()) {
                Fence fence = scope.fence();
                if (fence.refuses(order.token())) {
                    return new Finding.Stale(fence.last());
                }
                scope.write(fence.seal(order.token()));
                return look(scope, work, order, fence.known());
            }
        } catch (IOException | UncheckedIOException e) {
            return new Finding.Unknown(Failures.say(e));
        }
    }

    private Finding look(ScopeFolder scope, Work.Effect work, Order order, boolean known)
            throws IOException {
        return switch (work) {
            case Work.Scale scale -> scaling.look(scope, scale);
            case Work.RunJob job -> jobs.look(scope, JobCommand.of(job), order, known);
            case Work.MigrateByCommand up -> migrations.look(scope, up, order, known);
            case Work.TakeBackByCommand down -> migrations.look(scope, down, order, known);
            case Work.Publish publish -> publishing.look(scope, publish);
            case Work.Route _, Work.Shut _, Work.Open _ ->
                    throw new IllegalArgumentException("the router routes");
            case Work.Migrate _, Work.TakeBack _ ->
                    throw new IllegalArgumentException("a database is no instance");
        };
    }

    @Override
    public List<Instance> instances(Scope scope) {
        try {
            return inventory.instances(records.of(scope));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Those with a record, which is known without a look at every process of the host.
    @Override
    public List<Instance> recorded(Scope scope) {
        try {
            return inventory.recorded(records.of(scope));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> supervise() {
        return supervisor.tick();
    }

    @Override
    public boolean end(Scope scope, Instance instance) {
        try {
            return supervisor.end(records.of(scope), instance);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A line that an instance wrote again and again, and that says that something died in there.
    public record FatalError(String instance, String line, int count) {}

    /// Repeated fatal errors of a revision, as the supervision saw them lately.
    public List<FatalError> fatalErrors(String revision) {
        return supervisor
                .fatalErrors()
                .repeated(revision, supervision.window(), supervision.fatalLines())
                .stream()
                .map(e -> new FatalError(e.instance(), preparation.redact(e.line()), e.count()))
                .toList();
    }

    /// Where a command is run that asks or tests an instance: its folder, and its environment as it
    /// would be started now. Empty when the instance is not wanted or a value of it is missing.
    public Optional<Surroundings> surroundings(Scope scope, Instance instance) {
        ScopeFolder folder = records.of(scope);
        try {
            Wanted wanted = folder.wanted().get(instance.revision());
            if (wanted == null) {
                return Optional.empty();
            }
            InstanceFolder own = folder.instance(instance.revision(), instance.number());
            return preparation.surroundings(
                    scope.environment(),
                    wanted.recipe(),
                    starter.given(scope, own, wanted, own.read()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<Examined> examine(
            Scope scope, Instance instance, List<String> command, Duration within)
            throws IOException {
        InstanceFolder folder = records.of(scope).instance(instance.revision(), instance.number());
        InstanceRecord record = folder.read();
        return record.run() == 0 ? Optional.empty() : folder.run(record).examine(command, within);
    }

    @Override
    public boolean lives(Scope scope, Instance instance) {
        try {
            InstanceFolder folder =
                    records.of(scope).instance(instance.revision(), instance.number());
            return folder.life() instanceof Life.Alive(long pid, long _) && pid == instance.pid();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Set<Digest> artifactsInUse() throws IOException {
        Set<Digest> digests = new HashSet<>();
        for (ScopeFolder scope : records.components()) {
            scope.wanted().values().forEach(wanted -> digests.add(wanted.recipe().digest()));
            digests.addAll(Publishing.published(scope, served(scope.scope())));
        }
        for (Runner runner : records.runners().all()) {
            digests.addAll(runner.artifactsInUse());
        }
        return digests;
    }

    /// Whether the router may still serve that revision: yes, when it cannot be asked.
    private Predicate<String> served(Scope scope) {
        try {
            Optional<Router.Observed> seen = router.observe(scope);
            return revision ->
                    seen.isPresent()
                            && (seen.get().weights().containsKey(revision)
                                    || seen.get().members().containsKey(revision));
        } catch (UncheckedIOException _) {
            return _ -> true;
        }
    }

    @Override
    public Set<String> environments() throws IOException {
        Set<String> names = new HashSet<>();
        for (ScopeFolder scope : records.components()) {
            names.add(scope.scope().environment());
        }
        return names;
    }

    private interface Round {
        Answer go(ScopeFolder scope, Deadline deadline) throws IOException;
    }

    private Answer answer(Order order, Round round) {
        Answer answer;
        try {
            answer = round.go(records.of(order.scope()), Deadline.in(order.within()));
        } catch (IOException e) {
            answer = Failures.answer(e);
        }
        if (Thread.currentThread().isInterrupted() && !(answer instanceof Answer.Done)) {
            // The control plane goes down in the middle of it: that is no failure of the release.
            throw new UncheckedIOException(
                    new InterruptedIOException("the answer about `" + order.scope() + "` is lost"));
        }
        return answer;
    }
}
