package dev.belay.driver.place;

import dev.belay.driver.Answer;
import dev.belay.driver.Examined;
import dev.belay.driver.Finding;
import dev.belay.driver.Foreshown;
import dev.belay.driver.Foretold;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Target;
import dev.belay.driver.command.CommandTarget;
import dev.belay.driver.kubernetes.KubernetesTarget;
import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// This host, clusters and commands as one target. What an order is about says where it goes; who
/// asks what runs hears of all, since an environment may have moved.
public final class PlacedTarget implements Target {
    private final Target host;
    private final Target cluster;
    private final Target commands;

    public PlacedTarget(Target host, Target cluster, Target commands) {
        this.host = host;
        this.cluster = cluster;
        this.commands = commands;
    }

    private Target of(Revision revision) {
        if (CommandTarget.runs(revision)) {
            return commands;
        }
        return KubernetesTarget.runs(revision) ? cluster : host;
    }

    @Override
    public Answer scale(Work.Scale work, Order order) {
        return of(work.revision()).scale(work, order);
    }

    @Override
    public Answer publish(Work.Publish work, Order order) {
        return of(work.revision()).publish(work, order);
    }

    @Override
    public Answer runJob(Work.RunJob work, Order order) {
        return of(work.revision()).runJob(work, order);
    }

    @Override
    public Answer migrate(Work.MigrateByCommand work, Order order) {
        return of(work.revision()).migrate(work, order);
    }

    @Override
    public Answer takeBack(Work.TakeBackByCommand work, Order order) {
        return of(work.revision()).takeBack(work, order);
    }

    @Override
    public Look hosted(Work.Hosted work, Order order) {
        return of(work.revisions().getFirst()).hosted(work, order);
    }

    @Override
    public Look foreseen(Work.Foreseen work, Order order) {
        return of(work.revision()).foreseen(work, order);
    }

    @Override
    public Finding probe(Work.Effect work, Order order) {
        return of(revision(work)).probe(work, order);
    }

    private static Revision revision(Work.Effect work) {
        return switch (work) {
            case Work.Scale scale -> scale.revision();
            case Work.RunJob job -> job.revision();
            case Work.Publish publish -> publish.revision();
            case Work.MigrateByCommand up -> up.revision();
            case Work.TakeBackByCommand down -> down.revision();
            case Work.Route _, Work.Shut _, Work.Open _, Work.Migrate _, Work.TakeBack _ ->
                    throw new IllegalArgumentException("no work of a target");
        };
    }

    @Override
    public Foretold foretell(
            String environment, Revision revision, MigrationCommands by, Duration within) {
        return of(revision).foretell(environment, revision, by, within);
    }

    @Override
    public Optional<Unmet> barred(String environment) {
        return cluster.barred(environment);
    }

    @Override
    public Optional<Foreshown> foreshow(
            String environment, List<Foreshown.Goal> goals, Duration within) {
        return cluster.foreshow(environment, goals, within);
    }

    @Override
    public Optional<List<Unmet>> preflight(String environment, Duration within) {
        return cluster.preflight(environment, within)
                .or(() -> commands.preflight(environment, within))
                .or(() -> host.preflight(environment, within));
    }

    @Override
    public boolean asksInstances(Revision revision) {
        return of(revision).asksInstances(revision);
    }

    @Override
    public Optional<Look> ready(Work.Ready work, Order order) {
        return of(work.revision()).ready(work, order);
    }

    @Override
    public List<String> lastLines(Scope scope, String revision, int lines) {
        return all(one -> one.lastLines(scope, revision, lines));
    }

    @Override
    public List<Instance> instances(Scope scope) {
        return all(one -> one.instances(scope));
    }

    @Override
    public List<Instance> recorded(Scope scope) {
        return all(one -> one.recorded(scope));
    }

    @Override
    public Optional<Reach> reach(Scope scope, String revision, boolean open) {
        return commands.reach(scope, revision, open).or(() -> cluster.reach(scope, revision, open));
    }

    private <T> List<T> all(Function<Target, List<T>> of) {
        var all = new ArrayList<>(of.apply(host));
        all.addAll(of.apply(cluster));
        all.addAll(of.apply(commands));
        return all;
    }

    @Override
    public Optional<Examined> examine(
            Scope scope, Instance instance, List<String> command, Duration within)
            throws IOException {
        return host.examine(scope, instance, command, within);
    }

    @Override
    public boolean lives(Scope scope, Instance instance) {
        return host.lives(scope, instance)
                || cluster.lives(scope, instance)
                || commands.lives(scope, instance);
    }

    @Override
    public boolean end(Scope scope, Instance instance) {
        return host.end(scope, instance) || cluster.end(scope, instance);
    }

    @Override
    public List<String> supervise() {
        return all(Target::supervise);
    }

    @Override
    public Set<Digest> artifactsInUse() throws IOException {
        var all = new HashSet<>(host.artifactsInUse());
        all.addAll(cluster.artifactsInUse());
        all.addAll(commands.artifactsInUse());
        return all;
    }

    @Override
    public Set<String> environments() throws IOException {
        var all = new HashSet<>(host.environments());
        all.addAll(cluster.environments());
        all.addAll(commands.environments());
        return all;
    }
}
