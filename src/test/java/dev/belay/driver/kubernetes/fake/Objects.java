package dev.belay.driver.kubernetes.fake;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What every write goes through, a client's and a controller's: namespaces, admission, quotas,
/// what objects must look like, who has which field.
final class Objects {
    static final String FOREGROUND = "foregroundDeletion";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final long GRACE = 30;

    private final Store store;
    private final Faults faults;
    private final AtomicInteger addresses = new AtomicInteger();

    Objects(Store store, Faults faults) {
        this.store = store;
        this.faults = faults;
    }

    Store store() {
        return store;
    }

    /// Who writes, and whether it is for trying alone.
    record By(String manager, boolean force, boolean dry) {
        static By controller(String name) {
            return new By(name, false, false);
        }
    }

    ObjectNode create(Kind kind, String namespace, ObjectNode wanted, By by) {
        ObjectNode object = identified(kind, namespace, wanted);
        String name = Tree.name(object);
        admit("create", kind, namespace, name);
        if (!Store.version(object).isEmpty()) {
            throw Refusal.malformed("resourceVersion should not be set on objects to be created");
        }
        checked(kind, object, null);
        if (store.find(kind, namespace, name).isPresent()) {
            throw Refusal.there(kind, name);
        }
        quota(kind, namespace, name);
        defaults(kind, object);
        Tree.in(object, "metadata").remove("managedFields");
        ObjectNode managed = Managers.update(kind, Tree.object(), object, by.manager());
        return by.dry() ? managed : store.create(kind, managed);
    }

    ObjectNode update(Kind kind, String namespace, ObjectNode wanted, By by) {
        ObjectNode object = identified(kind, namespace, wanted);
        String name = Tree.name(object);
        admit("update", kind, namespace, name);
        ObjectNode live = live(kind, namespace, name);
        expect(kind, object, live);
        object.set("status", live.path("status"));
        if (live.path("status").isMissingNode()) {
            object.remove("status");
        }
        checked(kind, object, live);
        defaults(kind, object);
        Tree.in(object, "metadata")
                .set("managedFields", live.path("metadata").path("managedFields"));
        return replaced(kind, live, Managers.update(kind, live, object, by.manager()), by);
    }

    /// What alone controllers write.
    ObjectNode updateStatus(Kind kind, ObjectNode live, JsonNode status) {
        ObjectNode object = live.deepCopy();
        object.set("status", status);
        return store.replace(kind, object, "");
    }

    ObjectNode apply(Kind kind, String namespace, ObjectNode wanted, By by) {
        ObjectNode object = identified(kind, namespace, wanted);
        String name = Tree.name(object);
        Optional<ObjectNode> live = store.find(kind, namespace, name);
        admit(live.isPresent() ? "update" : "create", kind, namespace, name);
        if (live.isEmpty()) {
            if (!Store.version(object).isEmpty() || !Tree.uid(object).isEmpty()) {
                throw Refusal.conflict(kind, name, "uid mismatch: no existing object was found");
            }
            ObjectNode base = Tree.object();
            base.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
            Tree.in(base, "metadata").put("name", name);
            if (kind.namespaced()) {
                Tree.in(base, "metadata").put("namespace", namespace);
            }
            ObjectNode made = Managers.apply(kind, base, object, by.manager(), by.force());
            checked(kind, made, null);
            quota(kind, namespace, name);
            defaults(kind, made);
            return by.dry() ? made : store.create(kind, made);
        }
        expect(kind, object, live.get());
        ObjectNode made = Managers.apply(kind, live.get(), object, by.manager(), by.force());
        checked(kind, made, live.get());
        defaults(kind, made);
        return replaced(kind, live.get(), made, by);
    }

    private ObjectNode replaced(Kind kind, ObjectNode live, ObjectNode now, By by) {
        return by.dry() ? now : store.replace(kind, now, Store.version(live));
    }

    private static void expect(Kind kind, ObjectNode wanted, ObjectNode live) {
        String version = Store.version(wanted);
        String uid = Tree.uid(wanted);
        boolean other = !uid.isEmpty() && !uid.equals(Tree.uid(live));
        if (other || (!version.isEmpty() && !version.equals(Store.version(live)))) {
            throw Refusal.moved(kind, Tree.name(live));
        }
    }

    ObjectNode delete(Kind kind, String namespace, String name, JsonNode options) {
        admit("delete", kind, namespace, name);
        ObjectNode live = live(kind, namespace, name);
        for (String field : new String[] {"uid", "resourceVersion"}) {
            String wanted = Tree.text(options, "preconditions", field);
            if (!wanted.isEmpty() && !wanted.equals(Tree.text(live, "metadata", field))) {
                throw Refusal.conflict(kind, name, "Precondition failed: " + field + " is another");
            }
        }
        if (Tree.each(options.path("dryRun")).findAny().isPresent()) {
            return live;
        }
        boolean foreground =
                Tree.text(options, "propagationPolicy").equals("Foreground")
                        && !store.dependents(Tree.uid(live)).isEmpty();
        boolean stays =
                foreground
                        || kind.name().equals("Pod")
                        || !live.path("metadata").path("finalizers").isEmpty();
        if (!stays) {
            store.remove(kind, namespace, name);
            return live;
        }
        ObjectNode leaving = live.deepCopy();
        ObjectNode metadata = Tree.in(leaving, "metadata");
        if (!Tree.isLeaving(live)) {
            long grace =
                    options.path("gracePeriodSeconds")
                            .asLong(
                                    live.path("spec")
                                            .path("terminationGracePeriodSeconds")
                                            .asLong(GRACE));
            metadata.put(
                    "deletionTimestamp",
                    Instant.now().plusSeconds(grace).truncatedTo(ChronoUnit.SECONDS).toString());
            metadata.put("deletionGracePeriodSeconds", grace);
        }
        if (foreground) {
            ArrayNode finalizers =
                    metadata.path("finalizers") instanceof ArrayNode there
                            ? there
                            : metadata.putArray("finalizers");
            if (Tree.each(finalizers).noneMatch(one -> one.asString("").equals(FOREGROUND))) {
                finalizers.add(FOREGROUND);
            }
        }
        return store.replace(kind, leaving, "");
    }

    ObjectNode live(Kind kind, String namespace, String name) {
        return store.find(kind, namespace, name).orElseThrow(() -> Refusal.missing(kind, name));
    }

    private static ObjectNode identified(Kind kind, String namespace, ObjectNode wanted) {
        ObjectNode object = wanted.deepCopy();
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        ObjectNode metadata = Tree.in(object, "metadata");
        String own = Tree.namespace(object);
        if (kind.namespaced()) {
            if (!own.isEmpty() && !own.equals(namespace)) {
                throw Refusal.malformed(
                        "the namespace of the provided object does not match the namespace sent on"
                                + " the request");
            }
            metadata.put("namespace", namespace);
        }
        String prefix = Tree.text(metadata, "generateName");
        if (Tree.name(object).isEmpty() && !prefix.isEmpty()) {
            metadata.put("name", prefix + Long.toString(System.nanoTime(), Character.MAX_RADIX));
        }
        if (!NAME.matcher(Tree.name(object)).matches()) {
            throw Refusal.unprocessable(
                    kind, Tree.name(object), "metadata.name: a lowercase RFC 1123 subdomain");
        }
        return object;
    }

    private void admit(String verb, Kind kind, String namespace, String name) {
        if (kind.namespaced() && store.find(Kind.named("Namespace"), "", namespace).isEmpty()) {
            throw Refusal.missing(Kind.named("Namespace"), namespace);
        }
        faults.denied(new Faults.Asked(verb, kind.plural(), namespace, name))
                .ifPresent(because -> {
                    throw new Refusal(
                            403,
                            "Forbidden",
                            "admission webhook \"policy.example.org\" denied the request: "
                                    + because);
                });
    }

    private void quota(Kind kind, String namespace, String name) {
        for (ObjectNode quota : store.list(Kind.named("ResourceQuota"), namespace)) {
            JsonNode hard = quota.path("spec").path("hard").path(kind.plural());
            int used = store.list(kind, namespace).size();
            if (!hard.isMissingNode() && used >= Integer.parseInt(hard.asString(""))) {
                throw new Refusal(
                        403,
                        "Forbidden",
                        ("%s \"%s\" is forbidden: exceeded quota: %s, requested: %s=1, used:"
                                        + " %s=%d, limited: %s=%s")
                                .formatted(
                                        kind.plural(),
                                        name,
                                        Tree.name(quota),
                                        kind.plural(),
                                        kind.plural(),
                                        used,
                                        kind.plural(),
                                        hard.asString("")));
            }
        }
    }

    private static void checked(Kind kind, ObjectNode object, @Nullable ObjectNode live) {
        switch (kind.name()) {
            case "Deployment", "ReplicaSet" -> {
                Map<String, String> selector =
                        Tree.texts(Tree.at(object, "spec", "selector", "matchLabels"));
                if (selector.isEmpty()
                        || !Tree.labels(object.path("spec").path("template"))
                                .entrySet()
                                .containsAll(selector.entrySet())) {
                    throw Refusal.unprocessable(
                            kind,
                            Tree.name(object),
                            "spec.template.metadata.labels: `selector` does not match template"
                                    + " `labels`");
                }
                unchanged(kind, object, live, "spec", "selector");
            }
            case "Job" -> unchanged(kind, object, live, "spec", "template");
            default -> {}
        }
    }

    private static void unchanged(
            Kind kind, ObjectNode object, @Nullable ObjectNode live, String... path) {
        if (live != null && !Tree.at(live, path).equals(Tree.at(object, path))) {
            throw Refusal.unprocessable(
                    kind, Tree.name(object), String.join(".", path) + ": field is immutable");
        }
    }

    private void defaults(Kind kind, ObjectNode object) {
        switch (kind.name()) {
            case "Deployment" -> {
                ObjectNode spec = Tree.in(object, "spec");
                if (!spec.has("replicas")) {
                    spec.put("replicas", 1);
                }
                if (!spec.has("progressDeadlineSeconds")) {
                    spec.put("progressDeadlineSeconds", 600);
                }
            }
            case "Service" -> {
                ObjectNode spec = Tree.in(object, "spec");
                if (!spec.has("type")) {
                    spec.put("type", "ClusterIP");
                }
                if (!spec.has("clusterIP")) {
                    spec.put("clusterIP", "127.12.0." + addresses.incrementAndGet());
                }
                for (JsonNode port : spec.path("ports")) {
                    if (port instanceof ObjectNode one && !one.has("protocol")) {
                        one.put("protocol", "TCP");
                    }
                    if (port instanceof ObjectNode one && !one.has("targetPort")) {
                        one.set("targetPort", one.path("port"));
                    }
                }
            }
            default -> {}
        }
    }

    /// Whether an object has all of a selector's labels: `a=b,c in (d,e),!f`.
    static boolean selects(String selector, Map<String, String> labels) {
        if (selector.isEmpty()) {
            return true;
        }
        for (String term : selector.split(",(?![^(]*\\))", -1)) {
            if (!selectsOne(term.strip(), labels)) {
                return false;
            }
        }
        return true;
    }

    private static boolean selectsOne(String term, Map<String, String> labels) {
        int in = term.indexOf(" in (");
        if (in > 0) {
            String values = term.substring(in + 5, term.length() - 1);
            return Arrays.stream(values.split(",", -1))
                    .map(String::strip)
                    .collect(Collectors.toSet())
                    .contains(labels.getOrDefault(term.substring(0, in).strip(), "\u0000"));
        }
        if (term.startsWith("!")) {
            return !labels.containsKey(term.substring(1));
        }
        int unequal = term.indexOf("!=");
        if (unequal > 0) {
            return !term.substring(unequal + 2).equals(labels.get(term.substring(0, unequal)));
        }
        int equal = term.indexOf('=');
        return equal < 0
                ? labels.containsKey(term)
                : term.substring(equal + 1)
                        .replaceFirst("^=", "")
                        .equals(labels.get(term.substring(0, equal)));
    }
}
