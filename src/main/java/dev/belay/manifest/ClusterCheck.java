package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What does not go together with a Kubernetes cluster, and what only goes with one.
final class ClusterCheck {
    private static final Set<String> PODS = Set.of("service", "frontend", "worker", "job");

    /// What a kubelet takes for well.
    private static final int LOWEST_WELL = 200;

    private static final int HIGHEST_WELL = 399;

    private final Effective effective;
    private final Complaints complaints;
    private final Complaints notYet;

    /// @param notYet gets what is in order, and cannot be done by this version
    ClusterCheck(Effective effective, Complaints complaints, Complaints notYet) {
        this.effective = effective;
        this.complaints = complaints;
        this.notYet = notYet;
    }

    void check() {
        effective.components().forEach((_, component) -> checkCalls(component));
        Node target = effective.own().get("target");
        Node.Mapping cluster =
                Effective.mapping(Effective.mapping(effective.own(), "target"), "kubernetes");
        boolean word = target instanceof Node.Scalar scalar && scalar.text().equals("kubernetes");
        boolean map = target instanceof Node.Mapping some && some.get("kubernetes") != null;
        effective.components().forEach((_, component) -> checkScale(component));
        if (target == null || (!word && !map)) {
            effective.components().forEach((_, component) -> refuseElsewhere(component));
            return;
        }
        checkOffset();
        checkEntry(cluster);
        checkNamespace(target.mark(), cluster);
        new ClusterEntranceCheck(effective, complaints, cluster).check();
        effective.components().forEach(this::checkPod);
    }

    // --- what only goes with one ------------------------------------------------------------

    private void refuseElsewhere(Node.Mapping component) {
        for (String key : List.of("scale", "schedule")) {
            Node.Entry entry = component.entries().get(key);
            if (entry != null && !entry.value().isNull()) {
                notYet.add(
                        Code.NOT_YET,
                        entry.key(),
                        "`%s` goes with `target: kubernetes` alone, in this version".formatted(key),
                        "say it in the environment that is in a cluster, below its `components:`");
            }
        }
    }

    private void checkCalls(Node.Mapping component) {
        for (Node.Scalar name : Texts.of(component.get("calls"))) {
            if (!effective.groups().knows(name.text())) {
                effective.groups().unknown(name.mark(), name.text(), complaints);
            }
        }
    }

    private void checkScale(Node.Mapping component) {
        Node.Mapping scale = Effective.mapping(component, "scale");
        int least = number(scale.get("min"));
        int most = number(scale.get("max"));
        if (least > 0 && most > 0 && most < least) {
            complaints.add(
                    Code.WRONG_VALUE,
                    scale.mark(),
                    "`max` is less than `min`",
                    "write `{min: %d, max: %d}`".formatted(most, least));
        }
        for (Node.Scalar at : Texts.of(scale.get("at"))) {
            if (at.text().matches("0+%")) {
                complaints.add(
                        Code.WRONG_VALUE,
                        at.mark(),
                        "with `at: 0%` no number of instances would be enough",
                        "`70%` leaves room for what comes while more of them start");
            }
        }
        if (component.get("scale") instanceof Node.Mapping) {
            checkMeasured(component, scale);
        }
    }

    /// What is used is known only as a part of what there is.
    private void checkMeasured(Node.Mapping component, Node.Mapping scale) {
        String on = scale.get("on") instanceof Node.Scalar(_, _, String word) ? word : "cpu";
        Node limit = Effective.mapping(component, "limits").get(on);
        boolean none =
                limit == null
                        || limit.isNull()
                        || (limit instanceof Node.Scalar(_, _, String text)
                                && text.matches("0+\\D*"));
        if (none && Set.of("cpu", "memory").contains(on)) {
            complaints.add(
                    Code.MISSING_KEY,
                    scale.mark(),
                    "`scale` looks at a part of `limits.%s`, which is not set".formatted(on),
                    on.equals("cpu")
                            ? "add `limits: {cpu: 100%}`"
                            : "add `limits: {memory: 512MiB}`");
        }
    }

    // --- what does not ----------------------------------------------------------------------

    private void checkOffset() {
        Node offset = effective.own().get("port-offset");
        if (number(offset) > 0 && offset != null) {
            complaints.add(
                    Code.WRONG_VALUE,
                    offset.mark(),
                    "in a cluster nothing shares a port, so that nothing is to be offset",
                    "leave `port-offset` out");
        }
    }

    private void checkEntry(Node.Mapping cluster) {
        Node.Entry gateway = cluster.entries().get("gateway");
        if (cluster.get("ingress") != null && gateway != null) {
            complaints.add(
                    Code.ONE_OF,
                    gateway.key(),
                    "requests come in by `ingress` or by `gateway`, not by both",
                    "a `gateway` can give revisions weights; an `ingress` is there more often");
        }
        Node.Mapping ingress = Effective.mapping(cluster, "ingress");
        List<String> ways =
                List.of("issuer", "cluster-issuer", "secret").stream()
                        .filter(way -> ingress.get(way) != null)
                        .toList();
        if (ways.size() > 1) {
            complaints.add(
                    Code.ONE_OF,
                    ingress.mark(),
                    "`%s` say where certificates come from in two ways"
                            .formatted(String.join("` and `", ways)),
                    "leave one of them");
        }
    }

    /// Two environments of one platform would have one name for two things.
    private void checkNamespace(Mark mark, Node.Mapping own) {
        String here = place(own);
        Effective.mapping(effective.root(), "environments")
                .entries()
                .forEach((name, entry) -> {
                    if (name.equals(effective.name())
                            || !(entry.value() instanceof Node.Mapping other)) {
                        return;
                    }
                    Node target = other.get("target");
                    boolean word =
                            target instanceof Node.Scalar scalar
                                    && scalar.text().equals("kubernetes");
                    boolean map =
                            target instanceof Node.Mapping some && some.get("kubernetes") != null;
                    Node.Mapping cluster =
                            Effective.mapping(Effective.mapping(other, "target"), "kubernetes");
                    if ((word || map) && place(cluster).equals(here)) {
                        complaints.add(
                                Code.NAME_TAKEN,
                                mark,
                                "`%s` and `%s` would be in one namespace, and take each other's objects"
                                        .formatted(effective.name(), name),
                                "give each a `namespace` of its own");
                    }
                });
    }

    private String place(Node.Mapping cluster) {
        return text(cluster.get("kubeconfig"), "")
                + "\n"
                + text(cluster.get("context"), "")
                + "\n"
                + text(cluster.get("namespace"), text(effective.root().get("platform"), ""));
    }

    private void checkPod(String name, Node.Mapping component) {
        String kind = text(component.get("kind"), "");
        if (!PODS.contains(kind)) {
            return;
        }
        if (component.get("image") == null) {
            complaints.add(
                    Code.MISSING_KEY,
                    component.mark(),
                    "`%s` runs in a container, and has no `image`".formatted(name),
                    kind.equals("frontend")
                            ? "name an image that serves its files at `$PORT`, or leave it out"
                                    + " there:"
                                    + " `components: {%s: null}`".formatted(name)
                            : "name an image that has what `run` starts, such as"
                                    + " `image: registry.example.org/%s:1`".formatted(name));
        }
        refuse(
                component.entries().get("public"),
                "there is no gateway in a cluster that would tell visitors of `%s` what is `public`"
                        .formatted(name),
                "let its image tell them, and write `public: null` for this environment");
        refuse(
                component.entries().get("slow-start"),
                "a cluster gives an instance its full part of the requests at once",
                "leave `slow-start` out; `health` can ask for several `successes`");
        refuse(
                truth(component.entries().get("sticky")),
                "a cluster does not remember which revision a visitor had",
                "leave `sticky` out");
        for (Node.Scalar listen : Texts.of(component.get("listen"))) {
            if (listen.text().equals("socket")) {
                complaints.add(
                        Code.NOT_YET,
                        listen.mark(),
                        "nothing reaches the Unix socket of a pod",
                        "leave `listen` out, and listen at `$PORT`");
            }
        }
        for (Node.Scalar signal : Texts.of(Effective.mapping(component, "stop").get("signal"))) {
            if (!signal.text().equals("TERM")) {
                complaints.add(
                        Code.NOT_YET,
                        signal.mark(),
                        "a cluster ends programs by `TERM`",
                        "leave `signal` out, or name it in the image by `STOPSIGNAL`");
            }
        }
        for (String probe : List.of("health", "liveness")) {
            checkProbe(Effective.mapping(component, probe));
        }
    }

    /// What a kubelet would not look at would be believed in for nothing.
    private void checkProbe(Node.Mapping probe) {
        BiConsumer<Node.@Nullable Entry, String> unseen =
                (entry, what) ->
                        refuse(
                                entry,
                                "a cluster looks at the status of an answer, and not at its "
                                        + what,
                                "let the path itself answer with 503 when it is not well");
        unseen.accept(probe.entries().get("headers"), "headers");
        unseen.accept(probe.entries().get("body"), "body");
        for (Node.Scalar status : Texts.of(probe.get("status"))) {
            String text = status.text();
            if (text.matches("[0-9]{3}(-[0-9]{3})?")
                    && (Integer.parseInt(text.substring(0, 3)) < LOWEST_WELL
                            || Integer.parseInt(text.substring(text.length() - 3))
                                    > HIGHEST_WELL)) {
                complaints.add(
                        Code.NOT_YET,
                        status.mark(),
                        "a cluster takes statuses from 200 to 399 for well, and no others",
                        "ask a path that answers so");
            }
        }
    }

    private void refuse(Node.@Nullable Entry entry, String message, String hint) {
        if (entry != null && !entry.value().isNull()) {
            complaints.add(Code.NOT_YET, entry.key(), message, hint);
        }
    }

    private static Node.@Nullable Entry truth(Node.@Nullable Entry entry) {
        return entry != null && text(entry.value(), "").equals("true") ? entry : null;
    }

    private static String text(@Nullable Node node, String otherwise) {
        return node instanceof Node.Scalar(_, _, String text) ? text : otherwise;
    }

    private static int number(@Nullable Node node) {
        return text(node, "").matches("[0-9]{1,5}") ? Integer.parseInt(text(node, "")) : 0;
    }
}
