package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of an environment's entrances the entry of a cluster does not do.
final class ClusterEntranceCheck {
    private final Effective effective;
    private final Complaints complaints;
    private final boolean ingress;
    private final boolean gateway;
    private final boolean certified;

    /// @param cluster what the target says of it
    ClusterEntranceCheck(Effective effective, Complaints complaints, Node.Mapping cluster) {
        this.effective = effective;
        this.complaints = complaints;
        this.ingress = cluster.get("ingress") instanceof Node.Mapping;
        this.gateway = cluster.get("gateway") instanceof Node.Mapping;
        Node.Mapping written = Effective.mapping(cluster, "ingress");
        this.certified =
                List.of("issuer", "cluster-issuer", "secret").stream()
                        .anyMatch(way -> written.get(way) != null);
    }

    void check() {
        Effective.mapping(effective.own(), "entrances")
                .entries()
                .forEach((name, entry) -> checkEntrance(name, entry));
        effective
                .components()
                .forEach((_, component) -> {
                    if (component.get("at") instanceof Node.Sequence places) {
                        places.items().forEach(this::checkPlace);
                    }
                });
    }

    private void checkEntrance(String name, Node.Entry entry) {
        if (!ingress && !gateway) {
            complaints.add(
                    Code.MISSING_KEY,
                    entry.key(),
                    "the entrance `%s` leads into a cluster in no way".formatted(name),
                    "add `ingress: {…}` or `gateway: {…}` to `target: {kubernetes: …}`");
        }
        if (!(entry.value() instanceof Node.Mapping entrance)) {
            return;
        }
        Node.Entry tls = entrance.entries().get("tls");
        if (tls != null) {
            complaints.add(
                    Code.NOT_YET,
                    tls.key(),
                    "the cluster speaks TLS for `%s`, by certificates of its own".formatted(name),
                    gateway
                            ? "leave `tls` out: the Gateway has them"
                            : "leave `tls` out, and write `issuer`, `cluster-issuer` or `secret` below"
                                    + " `ingress`");
        }
        Node proxies = entrance.get("proxies");
        if (proxies instanceof Node.Sequence list && !list.items().isEmpty()) {
            complaints.add(
                    Code.NOT_YET,
                    proxies.mark(),
                    "who may connect to the entry of a cluster, its own controller says",
                    "leave `proxies` out");
        }
    }

    private void checkPlace(Node node) {
        if (!(node instanceof Node.Mapping place) || !isHere(place.get("entrance"))) {
            return;
        }
        if (ingress) {
            for (String key : List.of("methods", "headers")) {
                Node.Entry entry = place.entries().get(key);
                if (entry != null) {
                    complaints.add(
                            Code.NOT_YET,
                            entry.key(),
                            "an Ingress tells requests apart by host and path alone",
                            "leave `%s` out, or let requests in by a `gateway`".formatted(key));
                }
            }
        }
        if (certified && Texts.of(place.get("hosts")).isEmpty()) {
            complaints.add(
                    Code.MISSING_KEY,
                    place.mark(),
                    "nobody can prove who they are without a name: the certificate needs `hosts`",
                    "add `hosts: [app.example.org]`");
        }
    }

    private boolean isHere(@Nullable Node entrance) {
        return entrance instanceof Node.Scalar name
                && Effective.mapping(effective.own(), "entrances")
                        .entries()
                        .containsKey(name.text());
    }
}
