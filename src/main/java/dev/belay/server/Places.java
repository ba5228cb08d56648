package dev.belay.server;

import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.WrittenLines;
import dev.belay.driver.acme.OrderedFolders;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.command.CommandRouter;
import dev.belay.driver.command.CommandTarget;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.docker.ContainerRunner;
import dev.belay.driver.haproxy.HaproxyRouter;
import dev.belay.driver.host.HostTarget;
import dev.belay.driver.host.Logs;
import dev.belay.driver.host.Runners;
import dev.belay.driver.host.ScopedCommands;
import dev.belay.driver.host.Supervision;
import dev.belay.driver.kubernetes.Clusters;
import dev.belay.driver.kubernetes.KubernetesTarget;
import dev.belay.driver.kubernetes.PodLogs;
import dev.belay.driver.kubernetes.ServiceRouter;
import dev.belay.driver.place.PlacedLines;
import dev.belay.driver.place.PlacedRouter;
import dev.belay.driver.place.PlacedTarget;
import dev.belay.driver.process.ProcessRunner;
import dev.belay.driver.router.GatewayRouter;
import dev.belay.driver.router.Routers;
import dev.belay.journal.SqliteJournal;
import dev.belay.release.Placement;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.server.operations.Appointments;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// Where revisions run and who sends requests to them, wired: this host with our gateway or with
/// HAProxy, and clusters with their Services, and wherever commands bring things. A router looks
/// for instances at the target, which itself asks the router.
final class Places implements AutoCloseable {
    /// How often what commands deployed is asked how it is: somebody else's service answers.
    private static final Duration ASKED_EVERY = Duration.ofSeconds(20);

    private static final int OPEN_MAX = 1000;

    private final StateFolder state;
    private final Made made;
    private final Clusters clusters;
    private final Router router;
    private final Target target;

    /// What instances are made of.
    record Made(
            ArtifactStore artifacts,
            ConfigurationStore configurations,
            RuntimeValues runtime,
            OrderedFolders ordered,
            ContainerRunner contained) {}

    /// @param written where environments live, by what is written of them
    /// @param commanded whether commands deploy an environment's components, by the same
    Places(
            StateFolder state,
            GatewayProcess gateway,
            Made made,
            SqliteJournal journal,
            Function<String, Optional<Placement>> written,
            Predicate<String> commanded) {
        this.state = state;
        this.made = made;
        clusters = new Clusters(state.clusters());
        var runners =
                new Runners(
                        List.of(
                                new ProcessRunner(state.path(), made.artifacts()),
                                made.contained()));
        var commands = new ScopedCommands(state.path(), runners, made.artifacts(), made.runtime());
        router =
                new PlacedRouter(
                        ofThisMachine(gateway, journal),
                        new ServiceRouter(clusters),
                        new CommandRouter(commands));
        Target host = ofHost(runners);
        target =
                new PlacedTarget(
                        host,
                        new KubernetesTarget(
                                clusters,
                                written,
                                made.configurations(),
                                made.runtime(),
                                router,
                                scope -> isUnderWay(journal, scope)),
                        new CommandTarget(host, commands, router, commanded, ASKED_EVERY));
    }

    /// Whether a release has a component now; one that waits has nothing yet.
    private static boolean isUnderWay(SqliteJournal journal, Scope scope) {
        Set<ReleaseState> states = ReleaseState.unended();
        states.remove(ReleaseState.QUEUED);
        return journal.list(scope.environment(), states, Long.MAX_VALUE, OPEN_MAX).stream()
                .anyMatch(row -> row.scopes().contains(scope));
    }

    Router router() {
        return router;
    }

    /// What instances write, with those of this host.
    WrittenLines lines(Logs host, Redactor redactor) {
        return new PlacedLines(host, new PodLogs(clusters, redactor::redact));
    }

    Target target() {
        return target;
    }

    private Router ofThisMachine(GatewayProcess gateway, SqliteJournal journal) {
        Function<Scope, List<Instance>> recorded = scope -> target().recorded(scope);
        Function<Scope, List<Instance>> instances = scope -> target().instances(scope);
        return new Routers(
                new GatewayRouter(
                        gateway.client(),
                        recorded,
                        instances,
                        new ServedFiles(made.artifacts(), made.configurations())::of,
                        made.ordered(),
                        release -> Appointments.announced(journal, release)),
                new HaproxyRouter(gateway.haproxy(), recorded, instances));
    }

    private Target ofHost(Runners runners) {
        return new HostTarget(
                state.path(),
                runners,
                made.artifacts(),
                made.runtime(),
                router,
                Supervision.DEFAULT);
    }

    @Override
    public void close() {
        clusters.close();
    }
}
