package dev.belay.cluster;

import static dev.belay.cluster.ObjectRules.at;
import static dev.belay.cluster.ObjectRules.list;
import static dev.belay.cluster.Workloads.at;
import static dev.belay.cluster.Workloads.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.belay.release.Launch.Protocol;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Who gets a component's requests in a cluster.
class RoutesTest {
    private static final Placement.Entry INSIDE = new Placement.Inside();
    private static final Placement.Entry GATEWAY = new Placement.Gateway("g", "gates", "https", "");
    private static final Placement.Entry NGINX =
            new Placement.Ingress(
                    "nginx",
                    new Placement.Issued("letsencrypt", true),
                    new TreeMap<>(Map.of("a.b/c", "d")),
                    "ingress-nginx");
    private static final Traffic.At SHOP =
            at(List.of("shop.example.org"), List.of("/api", "/v2"), Map.of());

    private static void keepsTheRules(ClusterObject object) {
        assertThat(ObjectRules.broken(object.body())).isEmpty();
    }

    private static Map<String, Object> spec(ClusterObject object) {
        return at(object.body(), "spec");
    }

    @Test
    void a_service_sends_to_one_revision_or_to_all_instances() {
        Line line = line(INSIDE, Protocol.HTTP1);
        ClusterObject one = Routes.service(line, new Audience.Revision("api-3f9c1a2b7d10"));
        assertThat(at(spec(one), "selector"))
                .containsEntry("belay.dev/revision", "api-3f9c1a2b7d10")
                .doesNotContainKey("belay.dev/instance");
        ClusterObject all = Routes.service(line, new Audience.Instances());
        assertThat(at(spec(all), "selector"))
                .containsEntry("belay.dev/instance", "yes")
                .doesNotContainKey("belay.dev/revision");
        ClusterObject own = Routes.service(line, "api-3f9c1a2b7d10");
        assertThat(List.of(one.name(), all.name(), own.name()))
                .containsExactly("api", "api", "api-3f9c1a2b7d10");
        assertThat(List.of(one, all, own)).allSatisfy(RoutesTest::keepsTheRules);
        assertThat(list(spec(own), "ports").getFirst())
                .containsEntry("port", 3000L)
                .containsEntry("targetPort", "http")
                .containsEntry("appProtocol", "http");
        assertThat(
                        list(spec(Routes.service(line(INSIDE, Protocol.HTTP2), "api-1")), "ports")
                                .getFirst())
                .containsEntry("appProtocol", "kubernetes.io/h2c");
    }

    @Test
    void a_route_gives_revisions_their_weights() {
        Line line =
                line(GATEWAY, Protocol.HTTP1, at(List.of("a.org"), List.of(), Map.of("x-b", "1")));
        List<ClusterObject> routes =
                Routes.httpRoutes(
                        line,
                        new ClusterVersion(1, 24),
                        List.of(Backend.of("api-1", 90), Backend.of("api-2", 0)));
        assertThat(routes).hasSize(1).allSatisfy(RoutesTest::keepsTheRules);
        assertThat(routes.getFirst().apiVersion()).isEqualTo("gateway.networking.k8s.io/v1beta1");
        Map<String, Object> spec = spec(routes.getFirst());
        assertThat(spec.get("parentRefs"))
                .isEqualTo(
                        List.of(
                                Map.of(
                                        "group", "gateway.networking.k8s.io",
                                        "kind", "Gateway",
                                        "namespace", "gates",
                                        "name", "g",
                                        "sectionName", "https")));
        Map<String, Object> rule = list(spec, "rules").getFirst();
        assertThat(list(rule, "backendRefs"))
                .extracting(backend -> backend.get("name"), backend -> backend.get("weight"))
                .containsExactly(tuple("api-1", 90L), tuple("api-2", 0L));
        assertThat(list(rule, "matches").toString()).contains("PathPrefix", "x-b");
        assertThat(Routes.httpRoutes(line, ClusterVersion.USUAL, List.of()).getFirst())
                .extracting(ClusterObject::apiVersion)
                .isEqualTo("gateway.networking.k8s.io/v1");
    }

    @Test
    void what_is_too_much_for_one_route_becomes_several() {
        List<String> hosts = IntStream.range(0, 17).mapToObj(i -> "h" + i + ".org").toList();
        List<String> paths = IntStream.range(0, 129).mapToObj(i -> "/p" + i).toList();
        Line line = line(GATEWAY, Protocol.HTTP1, at(hosts, paths, Map.of()));
        List<ClusterObject> routes =
                Routes.httpRoutes(line, ClusterVersion.USUAL, List.of(Backend.of(line)));
        assertThat(routes).hasSize(4).allSatisfy(RoutesTest::keepsTheRules);
        assertThat(routes).extracting(ClusterObject::name).doesNotHaveDuplicates();
    }

    @Test
    void an_ingress_speaks_tls_and_nothing_else() {
        Line line = line(NGINX, Protocol.HTTP2, SHOP, at(List.of("*.b.org"), List.of(), Map.of()));
        ClusterObject ingress = Routes.ingress(line).orElseThrow();
        keepsTheRules(ingress);
        assertThat(at(at(ingress.body(), "metadata"), "annotations"))
                .isEqualTo(
                        Map.of(
                                "a.b/c", "d",
                                "nginx.ingress.kubernetes.io/force-ssl-redirect", "true",
                                "nginx.ingress.kubernetes.io/backend-protocol", "GRPC"));
        assertThat(spec(ingress)).containsEntry("ingressClassName", "nginx");
        assertThat(list(spec(ingress), "rules"))
                .extracting(rule -> rule.get("host"))
                .containsExactly("*.b.org", "shop.example.org");
        assertThat(list(spec(ingress), "tls").getLast())
                .isEqualTo(
                        Map.of(
                                "hosts",
                                List.of("shop.example.org"),
                                "secretName",
                                "shop.example.org.tls"));
        List<ClusterObject> certificates = Routes.certificates(line);
        assertThat(certificates).hasSize(2).allSatisfy(RoutesTest::keepsTheRules);
        assertThat(spec(certificates.getLast()))
                .containsEntry("secretName", "shop.example.org.tls")
                .containsEntry("dnsNames", List.of("shop.example.org"));
    }

    @Test
    void components_of_one_host_share_its_certificate() {
        Line api = line(NGINX, Protocol.HTTP1, SHOP);
        var web =
                new Line(
                        api.placement(),
                        Scope.component("production", "web"),
                        Protocol.HTTP1,
                        81,
                        new Traffic.Rules(
                                List.of(at(List.of("shop.example.org"), List.of(), Map.of()))));
        assertThat(Routes.certificates(api)).isEqualTo(Routes.certificates(web));
    }

    @Test
    void where_nothing_comes_in_there_is_no_way_in() {
        Line line = line(INSIDE, Protocol.HTTP1, SHOP);
        assertThat(Routes.ingress(line)).isEmpty();
        assertThat(Routes.httpRoutes(line, ClusterVersion.USUAL, List.of())).isEmpty();
        assertThat(Routes.certificates(line)).isEmpty();
        assertThat(Routes.ingress(line(NGINX, Protocol.HTTP1))).isEmpty();
    }

    @Test
    void pods_take_connections_of_those_who_call_them_and_of_the_entry() {
        ClusterObject inside = Components.policy(line(INSIDE, Protocol.HTTP1, SHOP)).orElseThrow();
        keepsTheRules(inside);
        assertThat(list(list(spec(inside), "ingress").getFirst(), "from").toString())
                .contains("belay.dev/calls-anybody=yes", "calls.belay.dev/api=yes")
                .doesNotContain("namespaceSelector");
        ClusterObject open = Components.policy(line(NGINX, Protocol.HTTP1, SHOP)).orElseThrow();
        assertThat(list(list(spec(open), "ingress").getFirst(), "from").toString())
                .contains("kubernetes.io/metadata.name=ingress-nginx");
        ClusterObject anybody =
                Components.policy(line(GATEWAY, Protocol.HTTP1, SHOP)).orElseThrow();
        assertThat(list(spec(anybody), "ingress").getFirst()).containsOnlyKeys("ports");
        ClusterObject closed = Components.closed(Workloads.SHOP, "production");
        assertThat(spec(closed)).containsEntry("policyTypes", List.of("Ingress"));
        assertThat(spec(closed)).doesNotContainKey("ingress");
    }
}
