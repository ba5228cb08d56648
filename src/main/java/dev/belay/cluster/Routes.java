package dev.belay.cluster;

import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who gets a component's requests.
public final class Routes {
    /// What one rule of a route may have, in every version of the Gateway API.
    private static final int MATCHES_MAX = 8;

    private static final int RULES_MAX = 16;
    private static final int HOSTS_MAX = 16;

    private Routes() {}

    // --- inside of the cluster --------------------------------------------------------------

    /// The component's own Service: its stable name and port.
    public static ClusterObject service(Line line, Audience audience) {
        SortedMap<String, String> selector =
                switch (audience) {
                    case Audience.Revision(String id) ->
                            Labels.ofRevision(line.placement(), line.scope(), id);
                    case Audience.Instances _ -> Labels.ofInstances(line.placement(), line.scope());
                };
        return service(line, line.metadata(line.name()), selector);
    }

    /// A Service of one revision, for a route to give it a weight.
    public static ClusterObject service(Line line, String revision) {
        SortedMap<String, String> selector =
                Labels.ofRevision(line.placement(), line.scope(), revision);
        return service(
                line,
                new ClusterObject.Metadata(
                        line.placement().namespace(),
                        ObjectName.revision(revision),
                        Labels.all(line.placement(), selector)),
                selector);
    }

    private static ClusterObject service(
            Line line, ClusterObject.Metadata metadata, SortedMap<String, String> selector) {
        String protocol =
                switch (line.protocol()) {
                    case HTTP1 -> "http";
                    case HTTP2 -> "kubernetes.io/h2c";
                };
        Part port =
                new Part()
                        .put("name", PodTemplate.PORT_NAME)
                        .put("port", line.port())
                        .put("targetPort", PodTemplate.PORT_NAME)
                        .put("protocol", "TCP")
                        .put("appProtocol", protocol);
        Part spec =
                new Part()
                        .put("type", "ClusterIP")
                        .put("selector", selector)
                        .parts("ports", List.of(port));
        return ClusterObject.of("v1", "Service", metadata, new Part().put("spec", spec).done());
    }

    // --- from outside: Gateway API ----------------------------------------------------------

    /// Routes of the entry's gateway; none where the entry is another, or nothing leads to the
    /// component.
    ///
    /// @param backends who gets which part; where there are none, requests are answered 500
    public static List<ClusterObject> httpRoutes(
            Line line, ClusterVersion version, List<Backend> backends) {
        if (!(line.placement().entry() instanceof Placement.Gateway gateway)) {
            return List.of();
        }
        List<ClusterObject> routes = new ArrayList<>();
        for (Traffic.At at : line.rules().at()) {
            for (List<String> hosts : partition(at.hosts(), HOSTS_MAX)) {
                for (List<Part> rules : partition(rules(line, at, backends), RULES_MAX)) {
                    // A dot, as no component has one: the second of `api` is no other's first.
                    String name = line.name() + (routes.isEmpty() ? "" : "." + routes.size());
                    Part spec =
                            new Part()
                                    .parts("parentRefs", List.of(parent(line, gateway)))
                                    .texts("hostnames", hosts)
                                    .parts("rules", rules);
                    routes.add(
                            ClusterObject.of(
                                    version.routes(),
                                    "HTTPRoute",
                                    line.metadata(name),
                                    new Part().put("spec", spec).done()));
                }
            }
        }
        return routes;
    }

    private static Part parent(Line line, Placement.Gateway gateway) {
        String namespace = gateway.namespace();
        return new Part()
                .put("group", "gateway.networking.k8s.io")
                .put("kind", "Gateway")
                .put("namespace", namespace.isEmpty() ? line.placement().namespace() : namespace)
                .put("name", gateway.name())
                .put("sectionName", gateway.listener());
    }

    private static List<Part> rules(Line line, Traffic.At at, List<Backend> backends) {
        List<Part> matches = new ArrayList<>();
        List<Part> headers =
                at.headers().entrySet().stream()
                        .map(header ->
                                new Part()
                                        .put("type", "Exact")
                                        .put("name", header.getKey())
                                        .put("value", header.getValue()))
                        .toList();
        for (String path : at.paths().isEmpty() ? List.of("/") : at.paths()) {
            for (String method : at.methods().isEmpty() ? List.of("") : at.methods()) {
                matches.add(
                        new Part()
                                .put(
                                        "path",
                                        new Part().put("type", "PathPrefix").put("value", path))
                                .parts("headers", headers)
                                .put("method", method));
            }
        }
        List<Part> to =
                backends.stream()
                        .map(backend ->
                                new Part()
                                        .put("group", "")
                                        .put("kind", "Service")
                                        .put("name", backend.service())
                                        .put("port", line.port())
                                        .put("weight", backend.weight()))
                        .toList();
        return partition(matches, MATCHES_MAX).stream()
                .map(some -> new Part().parts("matches", some).parts("backendRefs", to))
                .toList();
    }

    /// At least one, which is empty where all are.
    private static <T> List<List<T>> partition(List<T> all, int size) {
        List<List<T>> some = new ArrayList<>();
        for (int from = 0; from == 0 || from < all.size(); from += size) {
            some.add(all.subList(from, Math.min(all.size(), from + size)));
        }
        return some;
    }

    // --- from outside: Ingress --------------------------------------------------------------

    /// Leads requests of the entry to the component's own Service; empty where the entry is
    /// another, or nothing leads to the component.
    public static Optional<ClusterObject> ingress(Line line) {
        if (!(line.placement().entry() instanceof Placement.Ingress ingress) || !line.isOpen()) {
            return Optional.empty();
        }
        SequencedMap<String, SortedSet<String>> paths = pathsByHost(line);
        List<Part> rules = new ArrayList<>();
        paths.forEach((host, some) ->
                rules.add(
                        new Part()
                                .put("host", host)
                                .put(
                                        "http",
                                        new Part()
                                                .parts(
                                                        "paths",
                                                        some.stream()
                                                                .map(path -> path(line, path))
                                                                .toList()))));
        Part spec =
                new Part()
                        .put("ingressClassName", ingress.className())
                        .parts("tls", tls(hosts(line), ingress.certified()))
                        .parts("rules", rules);
        ClusterObject.Metadata plain = line.metadata(line.name());
        return Optional.of(
                ClusterObject.of(
                        "networking.k8s.io/v1",
                        "Ingress",
                        new ClusterObject.Metadata(
                                plain.namespace(),
                                plain.name(),
                                plain.labels(),
                                annotations(line, ingress)),
                        new Part().put("spec", spec).done()));
    }

    private static Part path(Line line, String path) {
        Part service =
                new Part()
                        .put("name", line.name())
                        .put("port", new Part().put("number", line.port()));
        return new Part()
                .put("path", path)
                .put("pathType", "Prefix")
                .put("backend", new Part().put("service", service));
    }

    private static SequencedMap<String, SortedSet<String>> pathsByHost(Line line) {
        var paths = new TreeMap<String, SortedSet<String>>();
        for (Traffic.At at : line.rules().at()) {
            for (String host : at.hosts().isEmpty() ? List.of("") : at.hosts()) {
                paths.computeIfAbsent(host, _ -> new TreeSet<>())
                        .addAll(at.paths().isEmpty() ? List.of("/") : at.paths());
            }
        }
        return new LinkedHashMap<>(paths);
    }

    private static SortedSet<String> hosts(Line line) {
        var hosts = new TreeSet<String>();
        line.rules().at().forEach(at -> hosts.addAll(at.hosts()));
        return hosts;
    }

    private static List<Part> tls(SortedSet<String> hosts, Placement.Certified certified) {
        return switch (certified) {
            case Placement.Uncertified _ -> List.of();
            case Placement.Kept(String secret) ->
                    List.of(
                            new Part()
                                    .texts("hosts", List.copyOf(hosts))
                                    .put("secretName", secret));
            case Placement.Issued _ ->
                    hosts.stream()
                            .map(host ->
                                    new Part()
                                            .texts("hosts", List.of(host))
                                            .put("secretName", ObjectName.host(host)))
                            .toList();
        };
    }

    /// What controllers that are known by their class need to be told; what somebody wrote wins.
    private static Map<String, String> annotations(Line line, Placement.Ingress ingress) {
        var annotations = new TreeMap<String, String>();
        boolean secure = !(ingress.certified() instanceof Placement.Uncertified);
        boolean http2 = line.protocol() == Launch.Protocol.HTTP2;
        switch (ingress.className()) {
            case "nginx" -> {
                if (secure) {
                    annotations.put("nginx.ingress.kubernetes.io/force-ssl-redirect", "true");
                }
                if (http2) {
                    annotations.put("nginx.ingress.kubernetes.io/backend-protocol", "GRPC");
                }
            }
            case "haproxy" -> {
                if (secure) {
                    annotations.put("haproxy.org/ssl-redirect", "true");
                }
                if (http2) {
                    annotations.put("haproxy.org/server-proto", "h2");
                }
            }
            case "traefik" -> {
                if (secure) {
                    annotations.put(
                            "traefik.ingress.kubernetes.io/router.entrypoints", "websecure");
                    annotations.put("traefik.ingress.kubernetes.io/router.tls", "true");
                }
            }
            default -> {
                // Of others nothing is known.
            }
        }
        annotations.putAll(ingress.annotations());
        return annotations;
    }

    /// What cert-manager is to order for the component: one for each host, which all components of
    /// that host share.
    public static List<ClusterObject> certificates(Line line) {
        if (!(line.placement().entry() instanceof Placement.Ingress ingress)
                || !(ingress.certified()
                        instanceof Placement.Issued(String issuer, boolean ofCluster))) {
            return List.of();
        }
        Placement placement = line.placement();
        SortedMap<String, String> labels =
                Labels.ofEnvironment(placement, line.scope().environment());
        return hosts(line).stream()
                .map(host -> {
                    String name = ObjectName.host(host);
                    Part key =
                            new Part()
                                    .put("algorithm", "ECDSA")
                                    .put("size", 256)
                                    .put("rotationPolicy", "Always");
                    Part spec =
                            new Part()
                                    .put("secretName", name)
                                    .texts("dnsNames", List.of(host))
                                    .put("privateKey", key)
                                    .texts("usages", List.of("digital signature", "server auth"))
                                    .put(
                                            "issuerRef",
                                            new Part()
                                                    .put("group", "cert-manager.io")
                                                    .put(
                                                            "kind",
                                                            ofCluster ? "ClusterIssuer" : "Issuer")
                                                    .put("name", issuer));
                    return ClusterObject.of(
                            "cert-manager.io/v1",
                            "Certificate",
                            new ClusterObject.Metadata(
                                    placement.namespace(), name, Labels.all(placement, labels)),
                            new Part().put("spec", spec).done());
                })
                .toList();
    }
}
