package dev.belay.server.rendering;

import dev.belay.cluster.Audience;
import dev.belay.cluster.Backend;
import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Components;
import dev.belay.cluster.Jobs;
import dev.belay.cluster.Line;
import dev.belay.cluster.ObjectText;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Routes;
import dev.belay.cluster.Workload;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationFolder;
import dev.belay.manifest.MigrationSource;
import dev.belay.manifest.MigrationTool;
import dev.belay.manifest.Target;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Revisions;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Revision;
import dev.belay.release.Scaling;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// An environment as objects of a Kubernetes cluster, made of its manifest alone.
///
/// What is the same for Belay and for whoever leaves it is in `dev.belay.cluster`. Here is what
/// only the latter need: names without anything that was built, and what they have to do
/// themselves.
public final class ClusterRendering {
    private final EnvironmentView view;
    private final Placement placement;
    private final ClusterVersion version;
    private final List<ClusterObject> objects = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<Workload> secretive = new ArrayList<>();

    private ClusterRendering(EnvironmentView view, Placement placement, ClusterVersion version) {
        this.view = view;
        this.placement = placement;
        this.version = version;
    }

    /// A version of a cluster as it is written, such as `1.29`; empty when nothing is rendered for
    /// one like that.
    public static boolean isKnown(String version) {
        return ClusterVersion.parse(version).isPresent();
    }

    /// Renders an environment; empty when it is none of a cluster.
    ///
    /// @param version of the cluster, `1.29`; empty for one that everybody has
    /// @throws IllegalArgumentException when the version is not known
    public static Optional<Rendered> of(EnvironmentView view, String version) {
        if (!(view.target() instanceof Target.Kubernetes(Placement placement))) {
            return Optional.empty();
        }
        ClusterVersion known =
                version.isEmpty()
                        ? ClusterVersion.USUAL
                        : ClusterVersion.parse(version)
                                .orElseThrow(() ->
                                        new IllegalArgumentException("no version: " + version));
        return Optional.of(new ClusterRendering(view, placement, known).render());
    }

    private Rendered render() {
        objects.add(Components.namespace(placement));
        objects.add(Components.closed(placement, view.environment()));
        view.components().values().forEach(this::add);
        for (String datastore : view.sharedSchemas()) {
            remarks.add(
                    "`%s`: the migrations that all of its users share are not here; apply them before."
                            .formatted(datastore));
        }
        List<String> head = new ArrayList<>();
        head.add(
                "`%s` of `%s` as objects of Kubernetes %s or newer."
                        .formatted(view.environment(), view.platform(), version));
        head.add("Written by `belay render kubernetes %s`.".formatted(view.environment()));
        head.add(
                "Another revision that is applied beside this one shares its requests once it is ready;");
        head.add("then delete what has the label `belay.dev/revision` of this one.");
        secretive.forEach(workload -> head.addAll(secret(workload)));
        if (!remarks.isEmpty()) {
            head.add("");
            head.addAll(remarks);
        }
        return new Rendered(
                head,
                ObjectText.inOrder(objects).stream()
                        .map(object -> new Rendered.Document(file(object), ObjectText.yaml(object)))
                        .toList());
    }

    /// `20-deployment-api-3f9c1a2b7d10.yaml`.
    private static String file(ClusterObject object) {
        return "%02d-%s-%s.yaml"
                .formatted(
                        ObjectText.rank(object),
                        object.kind().toLowerCase(Locale.ROOT),
                        object.name());
    }

    private List<String> secret(Workload workload) {
        return List.of(
                "",
                "The secret `%s` is not here, as values are never printed. Its keys:"
                        .formatted(RevisionObjects.secretName(workload)),
                "  " + String.join(", ", workload.secretVariables()),
                "Make it before, of a file with a line `KEY=value` for each:",
                "  kubectl create secret generic %s --namespace %s --from-env-file=FILE"
                        .formatted(RevisionObjects.secretName(workload), placement.namespace()));
    }

    // --- components -------------------------------------------------------------------------

    private void add(Component component) {
        Launch launch = Component.launchOf(component.kind());
        if (launch == null) {
            remarks.add("`%s` is none of a cluster, and not here.".formatted(component.name()));
            return;
        }
        Scope scope = Scope.component(view.environment(), component.name());
        SortedMap<String, String> plain = new TreeMap<>(component.variables().values());
        plain.keySet().removeAll(launch.secrets());
        Workload workload = new Workload(scope, revision(component, launch, plain), plain);
        objects.add(Components.account(placement, scope));
        RevisionObjects.settings(workload).ifPresent(objects::add);
        if (!workload.secretVariables().isEmpty()) {
            secretive.add(workload);
        }
        if (!workload.container().image().contains("@")) {
            remarks.add(
                    "`%s`: the image `%s` is named, not pinned: what it means can change."
                            .formatted(component.name(), workload.container().image()));
        }
        addMigrations(component, workload);
        switch (component.kind()) {
            case Component.Service(Launch _, int port, int instances, var _) -> {
                addInstances(workload, instances);
                addTraffic(workload, port, component.rules());
            }
            case Component.Worker(Launch _, int instances, var _) -> {
                if (workload.pod().schedule() != null) {
                    objects.add(Jobs.scheduled(workload, version));
                } else {
                    addInstances(workload, instances);
                }
            }
            case Component.Job(Launch _, var _, var _, Duration timeout) ->
                    addJob(workload, timeout);
            case Component.Frontend _, Component.Contract _ ->
                    throw new IllegalStateException(component.name() + " has no launch");
        }
    }

    private static Revision revision(
            Component component, Launch launch, SortedMap<String, String> plain) {
        Launch.Container container = Objects.requireNonNull(launch.container());
        var source =
                new PlanRequest.Source(
                        Digest.of(container.image()), Digest.of(plain.toString()).brief());
        return Revisions.of(component.name(), source, launch);
    }

    private void addInstances(Workload workload, int instances) {
        Scaling scaling = workload.pod().scaling();
        objects.add(RevisionObjects.deployment(workload, version, instances));
        RevisionObjects.autoscaler(workload, version).ifPresent(objects::add);
        Components.budget(
                        placement,
                        workload.scope(),
                        version,
                        scaling == null ? instances : scaling.minimum())
                .ifPresent(objects::add);
    }

    private void addTraffic(Workload workload, int port, Traffic.Rules rules) {
        var line = new Line(placement, workload.scope(), workload.launch().protocol(), port, rules);
        Components.policy(line).ifPresent(objects::add);
        objects.add(Routes.service(line, new Audience.Instances()));
        objects.addAll(Routes.certificates(line));
        Routes.ingress(line).ifPresent(objects::add);
        objects.addAll(Routes.httpRoutes(line, version, List.of(Backend.of(line))));
    }

    private void addJob(Workload workload, Duration timeout) {
        objects.add(
                Jobs.job(
                        workload,
                        version,
                        workload.revision().id(),
                        workload.launch().command(),
                        timeout));
        remarks.add(
                "`%s` runs once, as soon as it is applied, and waits for nothing."
                        .formatted(workload.scope().name()));
    }

    private void addMigrations(Component component, Workload workload) {
        MigrationSource source = component.migrations();
        switch (source) {
            case null -> {
                // It has no schema.
            }
            case MigrationTool(String datastore, var commands) -> {
                objects.add(
                        Jobs.job(
                                workload,
                                version,
                                workload.revision().id() + "-migrate",
                                commands.up(),
                                commands.timeout()));
                remarks.add(
                        "`%s`: its job migrates `%s`, and its instances do not wait for that."
                                .formatted(component.name(), datastore));
            }
            case MigrationFolder(String datastore, String folder) ->
                    remarks.add(
                            "`%s`: the migrations in `%s` are not here; apply them to `%s` before."
                                    .formatted(component.name(), folder, datastore));
        }
    }
}
