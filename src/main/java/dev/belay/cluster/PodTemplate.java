package dev.belay.cluster;

import dev.belay.release.Launch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The pod of a revision: one container that may do as little as it needs to.
final class PodTemplate {
    /// Where a program listens: every pod has an address of its own.
    static final int PORT = 8080;

    static final String PORT_NAME = "http";

    private static final String CONTAINER = "main";
    private static final String SCRATCH = "tmp";
    private static final String SCRATCH_SIZE = "64Mi";
    private static final int MILLIS_OF_PERCENT = 10;
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    private final Workload workload;
    private final ClusterVersion version;
    private final Launch launch;

    PodTemplate(Workload workload, ClusterVersion version) {
        this.workload = workload;
        this.version = version;
        this.launch = workload.launch();
    }

    /// One that is there for good.
    Part lasting() {
        SortedMap<String, String> labels = new TreeMap<>(workload.selector());
        labels.put(Labels.INSTANCE, Labels.YES);
        labels.putAll(Labels.calls(workload.pod().calls()));
        Part container = container(launch.command());
        if (launch.port()) {
            container.parts(
                    "ports",
                    List.of(
                            new Part()
                                    .put("name", PORT_NAME)
                                    .put("containerPort", PORT)
                                    .put("protocol", "TCP")));
        }
        new Probes(version).put(container, launch.readiness(), launch.liveness());
        container.put("lifecycle", new Part().put("preStop", beforeItStops()));
        Part spec =
                spec().put("terminationGracePeriodSeconds", graceSeconds())
                        .parts("topologySpreadConstraints", spread())
                        .parts("containers", List.of(container));
        return template(labels, spec);
    }

    /// One that runs a command to its end, once.
    Part ending(List<String> command, Duration grace) {
        SortedMap<String, String> labels = new TreeMap<>(workload.selector());
        // Nobody sends requests to it, and no Deployment takes it for an instance.
        labels.remove(Labels.REVISION);
        labels.putAll(Labels.calls(workload.pod().calls()));
        Part spec =
                spec().put("restartPolicy", "Never")
                        .put("terminationGracePeriodSeconds", graceSeconds(grace))
                        .parts("containers", List.of(container(command)));
        return template(labels, spec);
    }

    private Part template(SortedMap<String, String> labels, Part spec) {
        return new Part()
                .put("metadata", new Part().put("labels", Labels.all(workload.placement(), labels)))
                .put("spec", spec.parts("volumes", List.of(scratch())));
    }

    private Part spec() {
        long user = workload.placement().user();
        return new Part()
                .put("serviceAccountName", ObjectName.component(workload.scope().name()))
                .put("automountServiceAccountToken", false)
                // Else every Service of the namespace leaves variables in it, `API_PORT` and such.
                .put("enableServiceLinks", false)
                .parts(
                        "imagePullSecrets",
                        workload.placement().pullSecrets().stream()
                                .map(name -> new Part().put("name", name))
                                .toList())
                .put(
                        "securityContext",
                        new Part()
                                .put("runAsNonRoot", true)
                                .put("runAsUser", user)
                                .put("runAsGroup", user)
                                .put("fsGroup", user)
                                .put("seccompProfile", new Part().put("type", "RuntimeDefault")));
    }

    private Part container(List<String> command) {
        return new Part()
                .put("name", CONTAINER)
                .put("image", image(workload.container()))
                .put("imagePullPolicy", "IfNotPresent")
                .texts("command", command.stream().map(PodTemplate::referring).toList())
                .parts("envFrom", settings())
                .parts("env", variables())
                .put("resources", resources())
                .put(
                        "securityContext",
                        new Part()
                                .put("allowPrivilegeEscalation", false)
                                .put("privileged", false)
                                .put("readOnlyRootFilesystem", true)
                                .put("capabilities", new Part().texts("drop", List.of("ALL"))))
                .parts(
                        "volumeMounts",
                        List.of(new Part().put("name", SCRATCH).put("mountPath", "/tmp")));
    }

    /// By its digest where that is known, whatever its name means by then.
    static String image(Launch.Container container) {
        String name = container.image();
        if (container.digest().isEmpty() || name.contains("@")) {
            return name;
        }
        int slash = name.lastIndexOf('/');
        int tag = name.indexOf(':', slash + 1);
        return (tag < 0 ? name : name.substring(0, tag)) + "@" + container.digest();
    }

    // --- variables --------------------------------------------------------------------------

    private List<Part> settings() {
        return Settings.plain(workload).isEmpty()
                ? List.of()
                : List.of(new Part().put("configMapRef", new Part().put("name", workload.name())));
    }

    /// Each secret by its name: a pod waits for a key that is not there, and does not start without
    /// it.
    private List<Part> variables() {
        List<Part> variables = new ArrayList<>();
        for (String name : workload.secretVariables()) {
            Part key = new Part().put("name", workload.name()).put("key", name);
            variables.add(
                    new Part()
                            .put("name", name)
                            .put("valueFrom", new Part().put("secretKeyRef", key)));
        }
        if (launch.port()) {
            variables.add(variable("PORT", Integer.toString(PORT)));
        }
        variables.add(
                new Part()
                        .put("name", "BELAY_INSTANCE")
                        .put(
                                "valueFrom",
                                new Part()
                                        .put(
                                                "fieldRef",
                                                new Part().put("fieldPath", "metadata.name"))));
        variables.add(variable("BELAY_REVISION", workload.revision().id()));
        variables.add(variable("BELAY_SCOPE", workload.scope().toString()));
        // A reference is to what stands before it.
        Settings.referring(workload)
                .forEach((name, value) -> variables.add(variable(name, referring(value))));
        return variables;
    }

    private static Part variable(String name, String value) {
        return new Part().put("name", name).put("value", value);
    }

    /// `${NAME}` as a cluster writes it; what only looks like a reference to the cluster stays
    /// text.
    static String referring(String text) {
        String escaped = text.replace("$(", "$$(");
        return REFERENCE
                .matcher(escaped)
                .replaceAll(match -> Matcher.quoteReplacement("$(" + match.group(1) + ")"));
    }

    // --- what it may use, and how it ends ---------------------------------------------------

    /// What it may use is kept for it: a node that has less takes no further pod.
    private Part resources() {
        Launch.Limits limits = launch.limits();
        Map<String, String> amounts = new TreeMap<>();
        if (limits.cpuPercent() > 0) {
            amounts.put("cpu", limits.cpuPercent() * MILLIS_OF_PERCENT + "m");
        }
        if (limits.memoryBytes() > 0) {
            amounts.put("memory", Long.toString(limits.memoryBytes()));
        }
        return new Part().put("requests", amounts).put("limits", amounts);
    }

    /// A pod that is to end still gets requests of those who have not heard of that yet. It goes on
    /// serving for its drain, and only then hears the signal.
    private Part beforeItStops() {
        long drain = drainSeconds();
        if (drain == 0) {
            return new Part();
        }
        return version.sleeps()
                ? new Part().put("sleep", new Part().put("seconds", drain))
                : new Part()
                        .put(
                                "exec",
                                new Part()
                                        .texts("command", List.of("sleep", Long.toString(drain))));
    }

    private long graceSeconds() {
        return drainSeconds() + graceSeconds(launch.stop().grace());
    }

    private static long graceSeconds(Duration grace) {
        return Math.max(1, Probes.seconds(grace));
    }

    private long drainSeconds() {
        return launch.port() ? Probes.seconds(launch.stop().drain()) : 0;
    }

    private List<Part> spread() {
        return List.of("topology.kubernetes.io/zone", "kubernetes.io/hostname").stream()
                .map(key ->
                        new Part()
                                .put("maxSkew", 1)
                                .put("topologyKey", key)
                                .put("whenUnsatisfiable", "ScheduleAnyway")
                                .put(
                                        "labelSelector",
                                        new Part().put("matchLabels", workload.selector())))
                .toList();
    }

    private static Part scratch() {
        return new Part()
                .put("name", SCRATCH)
                .put("emptyDir", new Part().put("medium", "Memory").put("sizeLimit", SCRATCH_SIZE));
    }
}
