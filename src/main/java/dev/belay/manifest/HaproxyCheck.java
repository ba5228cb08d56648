package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;

/// What our gateway does and HAProxy does not, as this version makes use of it: none of it is
/// passed over where an environment has chosen HAProxy.
final class HaproxyCheck {
    private final Effective effective;
    private final Complaints complaints;

    HaproxyCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        if (says(effective.own(), "router", "haproxy")) {
            if (effective.own().get("target") instanceof Node.Mapping
                    || says(effective.own(), "target", "kubernetes")) {
                complaints.add(
                        Code.NOT_YET,
                        mark(effective.own(), "router"),
                        "in a cluster there is no HAProxy of this machine",
                        "leave `router` out: the cluster carries requests itself");
            }
            effective.components().forEach(this::check);
        }
    }

    private void check(String name, Node.Mapping component) {
        if (says(component, "kind", "frontend")) {
            complain(component.mark(), "files of a frontend (`" + name + "`)", "serves them");
        }
        if (says(component, "sticky", "true")) {
            complain(mark(component, "sticky"), "visitors with their revision", "keeps them");
        }
        for (String key : new String[] {"at", "slow-start"}) {
            if (component.get(key) != null) {
                complain(mark(component, key), "`" + key + "`", "does it");
            }
        }
        if (says(component, "protocol", "h2")) {
            complain(mark(component, "protocol"), "HTTP/2 to instances", "speaks it");
        }
        if (says(component, "listen", "socket")) {
            complain(mark(component, "listen"), "instances at Unix sockets", "reaches them");
        }
        Node.Mapping health = Effective.mapping(component, "health");
        if (health.get("grpc") != null) {
            complain(mark(health, "grpc"), "`health` by gRPC", "asks so");
        }
    }

    private void complain(Mark mark, String what, String gateway) {
        complaints.add(
                Code.NOT_YET,
                mark,
                "this version does not do %s by HAProxy".formatted(what),
                "leave it out, or choose `router: gateway`, which " + gateway);
    }

    private static boolean says(Node.Mapping map, String key, String text) {
        return map.get(key) instanceof Node.Scalar scalar && scalar.text().equals(text);
    }

    private static Mark mark(Node.Mapping map, String key) {
        Node.Entry entry = map.entries().get(key);
        return entry == null ? map.mark() : entry.key();
    }
}
