package dev.belay.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an API server would refuse, as far as it matters for what is made here: written from the
/// rules of the API, and without looking at the code that makes the objects.
public final class ObjectRules {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile(
                    "(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern KEY =
            Pattern.compile(
                    "(?:[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?"
                            + "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
    private static final Pattern VALUE =
            Pattern.compile("([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");
    private static final Pattern QUANTITY = Pattern.compile("[0-9]+(m|Ki|Mi|Gi)?");
    private static final Pattern PORT_NAME =
            Pattern.compile("(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*");

    private static final Map<String, List<String>> VERSIONS =
            Map.ofEntries(
                    Map.entry("Namespace", List.of("v1")),
                    Map.entry("ServiceAccount", List.of("v1")),
                    Map.entry("ConfigMap", List.of("v1")),
                    Map.entry("Secret", List.of("v1")),
                    Map.entry("Service", List.of("v1")),
                    Map.entry("Deployment", List.of("apps/v1")),
                    Map.entry("NetworkPolicy", List.of("networking.k8s.io/v1")),
                    Map.entry("Ingress", List.of("networking.k8s.io/v1")),
                    Map.entry("PodDisruptionBudget", List.of("policy/v1", "policy/v1beta1")),
                    Map.entry(
                            "HorizontalPodAutoscaler",
                            List.of("autoscaling/v2", "autoscaling/v2beta2")),
                    Map.entry("Job", List.of("batch/v1")),
                    Map.entry("CronJob", List.of("batch/v1", "batch/v1beta1")),
                    Map.entry("Certificate", List.of("cert-manager.io/v1")),
                    Map.entry(
                            "HTTPRoute",
                            List.of(
                                    "gateway.networking.k8s.io/v1",
                                    "gateway.networking.k8s.io/v1beta1")));

    private final List<String> broken = new ArrayList<>();
    private final String what;

    private ObjectRules(String what) {
        this.what = what;
    }

    /// A sentence for each rule that an object breaks.
    public static List<String> broken(Map<String, Object> body) {
        var rules = new ObjectRules(text(body, "kind") + " " + text(at(body, "metadata"), "name"));
        rules.checkWhole(body);
        return rules.broken;
    }

    private void checkWhole(Map<String, Object> body) {
        String kind = text(body, "kind");
        demand(
                VERSIONS.getOrDefault(kind, List.of()).contains(text(body, "apiVersion")),
                "apiVersion");
        Map<String, Object> metadata = at(body, "metadata");
        String name = text(metadata, "name");
        demand(SUBDOMAIN.matcher(name).matches(), "name " + name);
        if (kind.equals("Service")) {
            demand(LABEL.matcher(name).matches() && Character.isLetter(name.charAt(0)), "DNS-1035");
        }
        if (List.of("Deployment", "Job").contains(kind)) {
            demand(LABEL.matcher(name).matches(), "a name that fits a label");
        }
        demand(!kind.equals("CronJob") || name.length() <= 52, "52 characters");
        if (!kind.equals("Namespace")) {
            demand(LABEL.matcher(text(metadata, "namespace")).matches(), "namespace");
        }
        checkLabels(at(metadata, "labels"));
        at(metadata, "annotations")
                .forEach((key, value) -> {
                    demand(KEY.matcher(key).matches(), "annotation " + key);
                    demand(value instanceof String, "annotation's value of " + key);
                });
        Map<String, Object> spec = at(body, "spec");
        switch (kind) {
            case "Deployment" -> checkDeployment(spec);
            case "Job" -> checkTemplate(at(spec, "template"), true);
            case "CronJob" ->
                    checkTemplate(at(at(at(spec, "jobTemplate"), "spec"), "template"), true);
            case "Service" -> checkService(spec);
            case "NetworkPolicy" -> checkLabels(at(at(spec, "podSelector"), "matchLabels"));
            case "PodDisruptionBudget" -> {
                demand(whole(spec.get("maxUnavailable"), 1), "maxUnavailable");
                demand(!at(at(spec, "selector"), "matchLabels").isEmpty(), "selector");
            }
            case "HorizontalPodAutoscaler" -> {
                demand(whole(spec.get("minReplicas"), 1), "minReplicas");
                demand(whole(spec.get("maxReplicas"), 1), "maxReplicas");
                demand(!list(spec, "metrics").isEmpty(), "metrics");
            }
            case "Ingress" -> checkIngress(spec);
            case "HTTPRoute" -> checkRoute(spec);
            case "Certificate" -> demand(!list(spec, "dnsNames").isEmpty(), "dnsNames");
            case "ConfigMap" ->
                    at(body, "data")
                            .forEach(
                                    (key, value) -> demand(value instanceof String, "data " + key));
            default -> {
                // Of others everything is said.
            }
        }
    }

    private void checkLabels(Map<String, Object> labels) {
        labels.forEach((key, value) -> {
            demand(KEY.matcher(key).matches(), "label " + key);
            demand(
                    value instanceof String text && VALUE.matcher(text).matches(),
                    "value of label " + key);
        });
    }

    private void checkDeployment(Map<String, Object> spec) {
        demand(whole(spec.get("replicas"), 0), "replicas");
        Map<String, Object> selector = at(at(spec, "selector"), "matchLabels");
        Map<String, Object> labels = at(at(at(spec, "template"), "metadata"), "labels");
        demand(!selector.isEmpty(), "an empty selector");
        demand(
                labels.entrySet().containsAll(selector.entrySet()),
                "a selector that its own pods do not have");
        checkTemplate(at(spec, "template"), false);
    }

    private void checkTemplate(Map<String, Object> template, boolean ends) {
        checkLabels(at(at(template, "metadata"), "labels"));
        Map<String, Object> spec = at(template, "spec");
        demand(text(spec, "restartPolicy").equals(ends ? "Never" : ""), "restartPolicy");
        demand(whole(spec.get("terminationGracePeriodSeconds"), 1), "grace");
        Map<String, Object> security = at(spec, "securityContext");
        demand(Boolean.TRUE.equals(security.get("runAsNonRoot")), "runAsNonRoot");
        demand(whole(security.get("runAsUser"), 1), "runAsUser");
        demand(
                text(at(security, "seccompProfile"), "type").equals("RuntimeDefault"),
                "seccompProfile");
        demand(Boolean.FALSE.equals(spec.get("automountServiceAccountToken")), "a token");
        List<Map<String, Object>> containers = list(spec, "containers");
        demand(containers.size() == 1, "one container");
        List<String> volumes = list(spec, "volumes").stream().map(v -> text(v, "name")).toList();
        for (Map<String, Object> container : containers) {
            checkContainer(container);
            for (Map<String, Object> mount : list(container, "volumeMounts")) {
                demand(volumes.contains(text(mount, "name")), "volume " + mount);
            }
        }
    }

    private void checkContainer(Map<String, Object> container) {
        demand(LABEL.matcher(text(container, "name")).matches(), "container's name");
        demand(!text(container, "image").isBlank(), "image");
        Map<String, Object> security = at(container, "securityContext");
        demand(Boolean.TRUE.equals(security.get("readOnlyRootFilesystem")), "read-only root");
        demand(Boolean.FALSE.equals(security.get("allowPrivilegeEscalation")), "escalation");
        demand(List.of("ALL").equals(at(security, "capabilities").get("drop")), "capabilities");
        List<String> ports = new ArrayList<>();
        for (Map<String, Object> port : list(container, "ports")) {
            demand(PORT_NAME.matcher(text(port, "name")).matches(), "port's name");
            demand(whole(port.get("containerPort"), 1), "port");
            ports.add(text(port, "name"));
        }
        List<String> names = new ArrayList<>();
        for (Map<String, Object> variable : list(container, "env")) {
            String name = text(variable, "name");
            demand(name.matches("[A-Za-z_][A-Za-z0-9_]*"), "variable " + name);
            demand(!names.contains(name), "variable twice: " + name);
            names.add(name);
            demand(
                    !(variable.containsKey("value") && variable.containsKey("valueFrom")),
                    "two values of " + name);
        }
        at(container, "resources")
                .forEach((_, amounts) ->
                        map(amounts)
                                .values()
                                .forEach(amount ->
                                        demand(
                                                amount instanceof String text
                                                        && QUANTITY.matcher(text).matches(),
                                                "quantity " + amount)));
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            checkProbe(probe, at(container, probe), ports);
        }
    }

    private void checkProbe(String which, Map<String, Object> probe, List<String> ports) {
        if (probe.isEmpty()) {
            return;
        }
        demand(
                List.of("httpGet", "tcpSocket", "grpc", "exec").stream()
                                .filter(probe::containsKey)
                                .count()
                        == 1,
                which + " asks one thing");
        for (String asked : List.of("httpGet", "tcpSocket")) {
            if (probe.containsKey(asked)) {
                demand(ports.contains(text(at(probe, asked), "port")), which + "'s port");
            }
        }
        for (String number : List.of("periodSeconds", "timeoutSeconds", "failureThreshold")) {
            demand(whole(probe.get(number), 1), which + "'s " + number);
        }
        Object successes = probe.get("successThreshold");
        demand(
                successes == null
                        || (which.equals("readinessProbe")
                                ? whole(successes, 1)
                                : Long.valueOf(1).equals(successes)
                                        || Integer.valueOf(1).equals(successes)),
                which + "'s successThreshold");
    }

    private void checkService(Map<String, Object> spec) {
        demand(!at(spec, "selector").isEmpty(), "a selector");
        checkLabels(at(spec, "selector"));
        for (Map<String, Object> port : list(spec, "ports")) {
            demand(PORT_NAME.matcher(text(port, "name")).matches(), "port's name");
            demand(whole(port.get("port"), 1), "port");
            demand(
                    KEY.matcher(text(port, "appProtocol")).matches(),
                    "appProtocol " + port.get("appProtocol"));
        }
        demand(!list(spec, "ports").isEmpty(), "ports");
    }

    private void checkIngress(Map<String, Object> spec) {
        demand(!list(spec, "rules").isEmpty(), "rules");
        for (Map<String, Object> rule : list(spec, "rules")) {
            for (Map<String, Object> path : list(at(rule, "http"), "paths")) {
                demand(text(path, "path").startsWith("/"), "path");
                demand(text(path, "pathType").equals("Prefix"), "pathType");
                demand(
                        LABEL.matcher(text(at(at(path, "backend"), "service"), "name")).matches(),
                        "backend");
            }
        }
        for (Map<String, Object> tls : list(spec, "tls")) {
            demand(SUBDOMAIN.matcher(text(tls, "secretName")).matches(), "secretName");
        }
    }

    private void checkRoute(Map<String, Object> spec) {
        demand(!list(spec, "parentRefs").isEmpty(), "parentRefs");
        demand(list(spec, "rules").size() <= 16, "16 rules");
        demand(
                !(spec.get("hostnames") instanceof List<?> hosts) || hosts.size() <= 16,
                "16 hostnames");
        for (Map<String, Object> rule : list(spec, "rules")) {
            demand(list(rule, "matches").size() <= 8, "8 matches");
            for (Map<String, Object> backend : list(rule, "backendRefs")) {
                demand(whole(backend.get("weight"), 0), "weight");
                demand(LABEL.matcher(text(backend, "name")).matches(), "backend's name");
            }
        }
    }

    // --- reading ----------------------------------------------------------------------------

    private void demand(boolean holds, String rule) {
        if (!holds) {
            broken.add(what + ": " + rule);
        }
    }

    private static boolean whole(@Nullable Object value, long least) {
        return (value instanceof Long || value instanceof Integer)
                && ((Number) value).longValue() >= least;
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String text ? text : "";
    }

    static Map<String, Object> at(Map<String, Object> map, String field) {
        return map(map.get(field));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    static List<Map<String, Object>> list(Map<String, Object> map, String field) {
        return map.get(field) instanceof List<?> list
                ? list.stream().<Map<String, Object>>map(ObjectRules::map).toList()
                : List.of();
    }
}
