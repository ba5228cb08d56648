package dev.belay.manifest;

import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Nearest;
import dev.belay.release.Traffic;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is wrong with how components share entrances: names that no environment has, and requests
/// that two components want.
final class EntranceCheck {
    private final Effective effective;
    private final Complaints complaints;

    EntranceCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        own().forEach((_, entry) -> {
            checkPair(entry.value());
            checkRedirect(entry.value());
        });
        Set<String> known = known();
        effective.components().forEach((_, component) -> checkNames(component, known));
        if (complaints.isEmpty()) {
            checkOverlaps();
        }
    }

    private void checkPair(Node entrance) {
        if (!(entrance instanceof Node.Mapping map)
                || !(map.get("tls") instanceof Node.Mapping tls)
                || tls.get("certificate") == null == (tls.get("key") == null)) {
            return;
        }
        complaints.add(
                tls.get("key") == null ? Code.MISSING_KEY : Code.ONE_OF,
                tls.mark(),
                "`tls` needs `certificates`, or `certificate` and `key`, or `acme`",
                "`key` is the path of the certificate's key; a folder holds its keys itself");
    }

    private void checkRedirect(Node entrance) {
        if (entrance instanceof Node.Mapping map
                && map.get("redirect-from") != null
                && map.get("tls") == null) {
            complaints.add(
                    Code.MISSING_KEY,
                    map.mark(),
                    "`redirect-from` sends people to TLS, and this entrance has none",
                    "give the entrance its `tls`, or let two entrances have the same components");
        }
    }

    /// Of every environment: what is for one of them need not be for this.
    private Set<String> known() {
        var known = new LinkedHashSet<String>(own().keySet());
        Effective.mapping(effective.root(), "environments")
                .entries()
                .forEach((_, entry) -> {
                    if (entry.value() instanceof Node.Mapping environment) {
                        known.addAll(
                                Effective.mapping(environment, "entrances").entries().keySet());
                    }
                });
        return known;
    }

    private Map<String, Node.Entry> own() {
        return Effective.mapping(effective.own(), "entrances").entries();
    }

    private void checkNames(Node.Mapping component, Set<String> known) {
        if (!(component.get("at") instanceof Node.Sequence list)) {
            return;
        }
        for (Node one : list.items()) {
            if (one instanceof Node.Mapping map
                    && map.get("entrance") instanceof Node.Scalar name
                    && !known.contains(name.text())) {
                complaints.add(
                        Code.UNKNOWN_REFERENCE,
                        name.mark(),
                        "there is no entrance `" + name.text() + "`",
                        Nearest.hint(name.text(), known));
            }
        }
    }

    /// One kind of request.
    private record Claim(String host, String path, Traffic.At at) {}

    private record Holder(String component, Mark mark) {}

    private void checkOverlaps() {
        var holders = new HashMap<Claim, Holder>();
        effective
                .components()
                .forEach((name, component) -> {
                    Node node = component.get("at");
                    if (node == null) {
                        return;
                    }
                    for (EntranceSections.Written written :
                            new Row(component).get(EntranceSections.AT)) {
                        if (own().containsKey(written.entrance())) {
                            claims(written, new Holder(name, node.mark()), holders);
                            checkCovered(written, node.mark());
                        }
                    }
                });
    }

    /// Browsers would refuse a host that the ordered certificate does not name.
    private void checkCovered(EntranceSections.Written written, Mark mark) {
        Node.Entry entry = own().get(written.entrance());
        if (entry == null || !(entry.value() instanceof Node.Mapping entrance)) {
            return;
        }
        Set<String> covered =
                new Row(entrance)
                        .find(EntranceSections.TLS)
                        .flatMap(tls -> tls.find(EntranceSections.ACME))
                        .map(acme -> Set.copyOf(acme.hosts()))
                        .orElse(Set.of());
        for (String host : covered.isEmpty() ? List.<String>of() : written.hosts()) {
            if (!covered.contains(host)) {
                complaints.add(
                        Code.CERTIFICATE,
                        mark,
                        "the certificate of the entrance `%s` is not for `%s`"
                                .formatted(written.entrance(), host),
                        "name it under `hosts` of the entrance's `acme`, which cannot prove"
                                + " names with `*`");
            }
        }
    }

    private void claims(
            EntranceSections.Written written, Holder holder, Map<Claim, Holder> holders) {
        Traffic.At whole = written.at(new Traffic.Entrance(written.entrance(), 0));
        var rest =
                new Traffic.At(
                        whole.entrance(), List.of(), List.of(), whole.methods(), whole.headers());
        List<String> paths = whole.paths().isEmpty() ? List.of("/") : whole.paths();
        for (String host : whole.hosts().isEmpty() ? List.of("*") : whole.hosts()) {
            for (String path : paths) {
                Holder first = holders.putIfAbsent(new Claim(host, path, rest), holder);
                if (first != null && !first.component().equals(holder.component())) {
                    complaints.add(
                            Code.ROUTE_TAKEN,
                            holder.mark(),
                            "`%s%s` of the entrance `%s` is already that of `%s`"
                                    .formatted(host, path, written.entrance(), first.component()),
                            "line "
                                    + first.mark().line()
                                    + " of `"
                                    + first.mark().file().name()
                                    + "` takes it");
                }
            }
        }
    }
}
