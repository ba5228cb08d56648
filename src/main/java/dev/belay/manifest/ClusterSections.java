package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.CRON;
import static dev.belay.manifest.shape.Shapes.LABEL;
import static dev.belay.manifest.shape.Shapes.LABEL_VALUE;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.OBJECT;
import static dev.belay.manifest.shape.Shapes.PATH_ANYWHERE;
import static dev.belay.manifest.shape.Shapes.PERCENT;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.WRITTEN;
import static dev.belay.manifest.shape.Shapes.ZONE;
import static dev.belay.manifest.shape.Shapes.as;
import static dev.belay.manifest.shape.Shapes.choice;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.whole;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.CronSchedule;
import dev.belay.release.Placement;
import dev.belay.release.Scaling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/// What an environment says of the Kubernetes cluster that it lives in, and a component of how it
/// runs there.
final class ClusterSections {
    private static final int LABELS_MAX = 20;
    private static final int USER_MAX = 999_999_999;

    // --- how requests come in ---------------------------------------------------------------

    private static final Key<String> CLASS =
            Key.of("class", OBJECT, "The Ingress class. By default the cluster's.");
    private static final Key<String> ISSUER =
            Key.of("issuer", OBJECT, "cert-manager's issuer of this namespace: it orders them.");
    private static final Key<String> CLUSTER_ISSUER =
            Key.of("cluster-issuer", OBJECT, "cert-manager's issuer of the cluster.");
    private static final Key<String> TLS_SECRET =
            Key.of(
                    "secret",
                    OBJECT,
                    "A secret of type `kubernetes.io/tls` that somebody else keeps.");
    private static final Key<SequencedMap<String, String>> ANNOTATIONS =
            Key.of(
                            "annotations",
                            map(LABEL, WRITTEN, LABELS_MAX),
                            "What the controller is told besides, as it documents it.")
                    .fallback("{}");
    private static final Key<String> CONTROLLER =
            Key.of(
                    "controller",
                    OBJECT,
                    "Namespace of what passes requests on: from no other namespace do pods that are"
                            + " open to the world take connections. By default from anywhere.");

    private static final Fields<Placement.Ingress> INGRESS =
            Fields.of(
                    "ingress",
                    "Requests come in by an Ingress for each component that has `at`. `issuer`,"
                            + " `cluster-issuer` and `secret` say where certificates come from; one of"
                            + " them at most.",
                    "{class: nginx, cluster-issuer: letsencrypt, controller: ingress-nginx}",
                    List.of(CLASS, ISSUER, CLUSTER_ISSUER, TLS_SECRET, ANNOTATIONS, CONTROLLER),
                    List.of(),
                    row ->
                            new Placement.Ingress(
                                    row.find(CLASS).orElse(""),
                                    certified(row),
                                    new TreeMap<>(row.get(ANNOTATIONS)),
                                    row.find(CONTROLLER).orElse("")));

    private static final Key<String> GATEWAY_NAME =
            Key.of("name", OBJECT, "The Gateway.").asRequired();
    private static final Key<String> GATEWAY_NAMESPACE =
            Key.of("namespace", OBJECT, "Its namespace. By default the environment's.");
    private static final Key<String> LISTENER =
            Key.of("listener", OBJECT, "One of its listeners. By default all.");

    private static final Fields<Placement.Gateway> GATEWAY =
            Fields.of(
                    "gateway",
                    "Requests come in by a Gateway (Gateway API) that somebody else looks after, and"
                            + " its certificates. Its routes can give revisions weights.",
                    "{name: public, namespace: gateways, listener: https}",
                    List.of(GATEWAY_NAME, GATEWAY_NAMESPACE, LISTENER, CONTROLLER),
                    List.of(),
                    row ->
                            new Placement.Gateway(
                                    row.get(GATEWAY_NAME),
                                    row.find(GATEWAY_NAMESPACE).orElse(""),
                                    row.find(LISTENER).orElse(""),
                                    row.find(CONTROLLER).orElse("")));

    // --- the environment --------------------------------------------------------------------

    private static final Key<String> NAMESPACE =
            Key.of("namespace", OBJECT, "The namespace. By default the platform's name.");
    private static final Key<String> CONTEXT =
            Key.of("context", TEXT, "Context of the kubeconfig. By default its current one.");
    private static final Key<String> KUBECONFIG =
            Key.of(
                    "kubeconfig",
                    PATH_ANYWHERE,
                    "The kubeconfig. By default what `KUBECONFIG` names, or the service account"
                            + " that the control plane runs as.");
    private static final Key<SequencedMap<String, String>> LABELS =
            Key.of(
                            "labels",
                            map(LABEL, LABEL_VALUE, LABELS_MAX),
                            "Labels that every object gets besides Belay's.")
                    .fallback("{}");
    private static final Key<List<String>> PULL_SECRETS =
            Key.of("pull-secrets", list(OBJECT), "Secrets by which images are pulled.")
                    .fallback("[]");
    private static final Key<Integer> USER =
            Key.of(
                            "user",
                            whole(1, USER_MAX, "a number from 1 to " + USER_MAX),
                            "The number that programs run as, whatever their image says; never root.")
                    .fallback(Long.toString(Placement.NOBODY));
    static final Key<Placement.Ingress> INGRESS_KEY =
            Key.of("ingress", INGRESS, "How requests come in: by Ingresses.");
    static final Key<Placement.Gateway> GATEWAY_KEY =
            Key.of("gateway", GATEWAY, "How requests come in: by a Gateway.");

    static final Fields<Row> KUBERNETES =
            Fields.of(
                    "kubernetes",
                    "A namespace of a cluster. Without `ingress` and `gateway` nothing comes in from"
                            + " outside of the cluster.",
                    "{namespace: teei, ingress: {class: nginx, cluster-issuer: letsencrypt}}",
                    List.of(
                            NAMESPACE,
                            CONTEXT,
                            KUBECONFIG,
                            LABELS,
                            PULL_SECRETS,
                            USER,
                            INGRESS_KEY,
                            GATEWAY_KEY),
                    List.of(),
                    row -> row);

    // --- components -------------------------------------------------------------------------

    static final Key<Integer> LEAST =
            Key.of("min", whole(1, 1000, "a number from 1 to 1000"), "Never fewer instances.")
                    .asRequired();
    static final Key<Integer> MOST =
            Key.of("max", whole(1, 1000, "a number from 1 to 1000"), "Never more.").asRequired();
    static final Key<Scaling.Measure> ON =
            Key.of(
                            "on",
                            choice(Scaling.Measure.class, Set.of()),
                            "What is looked at, as a part of what `limits` give an instance.")
                    .fallback("cpu");
    private static final Key<Integer> AT =
            Key.of("at", PERCENT, "How much of it is in use when the number is right.")
                    .fallback("70%");

    private static final Fields<Row> SCALE_SECTION =
            Fields.of(
                    "scale",
                    "The number of instances follows what they have to do. A new revision starts"
                            + " with `instances`, `min` at least.",
                    "{min: 2, max: 10, on: cpu, at: 70%}",
                    List.of(LEAST, MOST, ON, AT),
                    List.of(),
                    row -> row);

    static final Key<Row> SCALE =
            Key.of(
                    "scale",
                    SCALE_SECTION,
                    "Between how many instances, and by what. Where the target is `kubernetes`.");

    private static final Key<String> CRON_KEY =
            Key.of("cron", CRON, "Minute, hour, day of the month, month, day of the week.")
                    .asRequired();
    private static final Key<String> CRON_ZONE =
            Key.of("zone", ZONE, "Time zone of its clock; Kubernetes 1.25 or newer.")
                    .fallback(CronSchedule.UTC);

    static final Key<CronSchedule> SCHEDULE =
            Key.of(
                    "schedule",
                    either(
                            as(CRON, cron -> schedule(cron, CronSchedule.UTC)),
                            Fields.of(
                                    "schedule",
                                    "When a job runs by the clock.",
                                    "{cron: \"30 2 * * *\", zone: Europe/Oslo}",
                                    List.of(CRON_KEY, CRON_ZONE),
                                    List.of(),
                                    row -> schedule(row.get(CRON_KEY), row.get(CRON_ZONE)))),
                    "When a job runs by the clock, and not once a release. Where the target is"
                            + " `kubernetes`.");

    static final Key<List<String>> CALLS =
            Key.of(
                    "calls",
                    list(NAME),
                    "Components or groups that it sends requests to. In a cluster it can open"
                            + " connections to no others; left out, to all of the environment.");

    private ClusterSections() {}

    /// How long a run may last, another key says.
    private static CronSchedule schedule(String cron, String zone) {
        return new CronSchedule(cron, zone, Duration.ZERO);
    }

    private static Placement.Certified certified(Row row) {
        Optional<Placement.Certified> kept = row.find(TLS_SECRET).map(Placement.Kept::new);
        Optional<Placement.Certified> own =
                row.find(ISSUER).map(name -> new Placement.Issued(name, false));
        Optional<Placement.Certified> shared =
                row.find(CLUSTER_ISSUER).map(name -> new Placement.Issued(name, true));
        return kept.or(() -> own).or(() -> shared).orElseGet(Placement.Uncertified::new);
    }

    /// Where the cluster's own name for what is meant is the only one: a word says nothing more.
    ///
    /// @param written empty for the word `kubernetes`
    static Placement placement(Row written, String platform, Path folder) {
        Optional<Placement.Entry> ingress = written.find(INGRESS_KEY).map(entry -> entry);
        Optional<Placement.Entry> gateway = written.find(GATEWAY_KEY).map(entry -> entry);
        return new Placement(
                platform,
                written.find(KUBECONFIG)
                        .map(path -> folder.resolve(path).toAbsolutePath().normalize().toString())
                        .orElse(""),
                written.find(CONTEXT).orElse(""),
                written.find(NAMESPACE).orElse(platform),
                new TreeMap<>(written.get(LABELS)),
                written.get(PULL_SECRETS),
                written.get(USER),
                ingress.or(() -> gateway).orElseGet(Placement.Inside::new));
    }

    static Scaling scaling(Row row) {
        return new Scaling(row.get(LEAST), row.get(MOST), row.get(ON), row.get(AT));
    }
}
