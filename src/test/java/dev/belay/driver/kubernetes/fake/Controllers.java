package dev.belay.driver.kubernetes.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Deployments make pods, jobs run one, services know who is ready, and what lost its owner goes.
/// One thread, one change after the other.
final class Controllers implements AutoCloseable {
    private static final Kind POD = Kind.named("Pod");
    private static final Kind DEPLOYMENT = Kind.named("Deployment");
    private static final Kind JOB = Kind.named("Job");
    private static final Kind SCHEDULE = Kind.named("CronJob");
    private static final Kind SERVICE = Kind.named("Service");
    private static final long TICK_MILLIS = 10;
    private static final Objects.By BY = Objects.By.controller("kube-controller-manager");

    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    /// Runs are called after the minute that they are of.
    private final AtomicInteger minute = new AtomicInteger(27_000_000);

    private final Objects objects;
    private final Store store;
    private final Kubelet kubelet;
    private final Kubelet.Events events;
    private final Slices slices;
    private final GatewayController gateways;
    private final BlockingQueue<Store.Change> changes = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean over;

    Controllers(
            Objects objects,
            Kubelet kubelet,
            Kubelet.Events events,
            Slices slices,
            GatewayController gateways) {
        this.objects = objects;
        this.store = objects.store();
        this.kubelet = kubelet;
        this.events = events;
        this.slices = slices;
        this.gateways = gateways;
        store.listen(changes::add);
        thread = Thread.ofVirtual().name("controllers").start(this::go);
    }

    private void go() {
        while (!over) {
            try {
                Store.Change change = changes.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (change != null) {
                    react(change);
                }
                if (changes.isEmpty()) {
                    kubelet.tick();
                    tickJobs();
                    slices.tick();
                    gateways.tick();
                }
            } catch (InterruptedException _) {
                return;
            } catch (Refusal no) {
                System.err.println("a controller of the fake cluster heard: " + no.getMessage());
            }
        }
    }

    private void react(Store.Change change) {
        ObjectNode object = change.after();
        String namespace = Tree.namespace(object);
        if (change.type() == Store.Change.Type.DELETED) {
            orphaned(Tree.uid(object));
        } else if (Tree.isLeaving(object)) {
            leave(change.kind(), object);
        }
        for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
            String name = Tree.text(owner, "name");
            switch (Tree.text(owner, "kind")) {
                case "Deployment" -> deployment(namespace, name);
                case "Job" -> job(namespace, name);
                case "CronJob" -> schedule(namespace, name);
                default -> {}
            }
        }
        switch (change.kind().name()) {
            case "Deployment" -> deployment(namespace, Tree.name(object));
            case "Job" -> job(namespace, Tree.name(object));
            case "Service" -> slices.of(namespace, Tree.name(object));
            case "Pod" -> {
                for (ObjectNode service : store.list(SERVICE, namespace)) {
                    slices.of(namespace, Tree.name(service));
                }
            }
            default -> {}
        }
    }

    // --- what lost its owner ------------------------------------------------------------------

    private void orphaned(String uid) {
        store.dependents(uid).forEach((path, kind) -> delete(kind, path));
    }

    private void delete(Kind kind, String path) {
        String at = path.substring(path.indexOf(' ') + 1);
        int slash = at.indexOf('/');
        try {
            objects.delete(kind, at.substring(0, slash), at.substring(slash + 1), Tree.object());
        } catch (Refusal gone) {
            if (gone.code() != 404) {
                throw gone;
            }
        }
    }

    /// What is deleted in the foreground stays until all that it owns is gone.
    private void leave(Kind kind, ObjectNode object) {
        store.dependents(Tree.uid(object)).forEach((path, of) -> delete(of, path));
        finish(kind, object);
    }

    private void finish(Kind kind, ObjectNode object) {
        boolean waits =
                Tree.each(object.path("metadata").path("finalizers"))
                        .anyMatch(one -> one.asString("").equals(Objects.FOREGROUND));
        if (waits && store.dependents(Tree.uid(object)).isEmpty()) {
            store.remove(kind, Tree.namespace(object), Tree.name(object));
        }
    }

    // --- deployments --------------------------------------------------------------------------

    private void deployment(String namespace, String name) {
        ObjectNode live = store.find(DEPLOYMENT, namespace, name).orElse(null);
        if (live == null) {
            return;
        }
        if (Tree.isLeaving(live)) {
            finish(DEPLOYMENT, live);
            return;
        }
        String hash = hash(live);
        List<ObjectNode> pods =
                store.dependents(Tree.uid(live), POD).stream()
                        .filter(pod -> !Tree.isLeaving(pod))
                        .toList();
        int wanted = (int) Tree.number(live, "spec", "replicas");
        List<ObjectNode> current = pods.stream().filter(pod -> isOf(pod, hash)).toList();
        String failure = "";
        for (int i = current.size(); i < wanted && failure.isEmpty(); i++) {
            failure = pod(DEPLOYMENT, live, hash);
        }
        long ready = current.stream().filter(Controllers::isReady).count();
        pods.stream()
                .filter(pod -> !isOf(pod, hash))
                .skip(Math.max(0, wanted - ready))
                .forEach(pod -> delete(POD, " " + namespace + "/" + Tree.name(pod)));
        current.stream()
                .sorted(Controllers::firstToGo)
                .limit(Math.max(0, current.size() - wanted))
                .forEach(pod -> delete(POD, " " + namespace + "/" + Tree.name(pod)));
        status(live, failure);
    }

    /// As a ReplicaSet chooses: what is cheap, what is not ready, what is young.
    private static int firstToGo(ObjectNode one, ObjectNode other) {
        int byCost = Long.compare(cost(one), cost(other));
        int byReadiness = Boolean.compare(isReady(one), isReady(other));
        int byAge =
                Tree.text(other, "metadata", "creationTimestamp")
                        .compareTo(Tree.text(one, "metadata", "creationTimestamp"));
        int byName = Tree.name(other).compareTo(Tree.name(one));
        return byCost != 0 ? byCost : byReadiness != 0 ? byReadiness : byAge != 0 ? byAge : byName;
    }

    private static long cost(ObjectNode pod) {
        String said =
                Tree.text(
                        pod,
                        "metadata",
                        "annotations",
                        "controller.kubernetes.io/pod-deletion-cost");
        return said.isEmpty() ? 0 : Long.parseLong(said);
    }

    private void status(ObjectNode seen, String failure) {
        ObjectNode live =
                store.find(DEPLOYMENT, Tree.namespace(seen), Tree.name(seen)).orElse(null);
        if (live == null) {
            return;
        }
        List<ObjectNode> pods =
                store.dependents(Tree.uid(live), POD).stream()
                        .filter(pod -> !Tree.isLeaving(pod))
                        .toList();
        long ready = pods.stream().filter(Controllers::isReady).count();
        ObjectNode status = Tree.object();
        status.put("observedGeneration", Tree.number(live, "metadata", "generation"));
        status.put("replicas", pods.size()).put("updatedReplicas", pods.size());
        status.put("readyReplicas", ready).put("availableReplicas", ready);
        ArrayNode conditions = status.putArray("conditions");
        boolean enough = ready >= Tree.number(live, "spec", "replicas");
        conditions.addObject().put("type", "Available").put("status", enough ? "True" : "False");
        if (!failure.isEmpty()) {
            conditions
                    .addObject()
                    .put("type", "ReplicaFailure")
                    .put("status", "True")
                    .put("reason", "FailedCreate")
                    .put("message", failure);
        }
        if (!status.equals(live.path("status"))) {
            objects.updateStatus(DEPLOYMENT, live, status);
        }
    }

    private static String hash(ObjectNode owner) {
        return Integer.toHexString(Tree.at(owner, "spec", "template").hashCode());
    }

    private static boolean isOf(ObjectNode pod, String hash) {
        return hash.equals(Tree.labels(pod).get("pod-template-hash"));
    }

    static boolean isReady(JsonNode pod) {
        return Tree.each(pod.path("status").path("conditions"))
                .anyMatch(one ->
                        Tree.text(one, "type").equals("Ready")
                                && Tree.text(one, "status").equals("True"));
    }

    /// @return why it could not be made, or nothing
    private String pod(Kind kind, ObjectNode owner, String hash) {
        ObjectNode pod = Tree.object();
        JsonNode template = Tree.at(owner, "spec", "template");
        pod.set("metadata", template.path("metadata").deepCopy());
        pod.set("spec", template.path("spec").deepCopy());
        ObjectNode metadata = Tree.in(pod, "metadata");
        metadata.remove("name");
        metadata.put("generateName", Tree.name(owner) + "-");
        if (!hash.isEmpty()) {
            Tree.in(metadata, "labels").put("pod-template-hash", hash);
        } else {
            Tree.in(metadata, "labels").put("job-name", Tree.name(owner));
        }
        owned(metadata, kind, owner);
        try {
            objects.create(POD, Tree.namespace(owner), pod, BY);
            return "";
        } catch (Refusal no) {
            String why = String.valueOf(no.getMessage());
            events.tell(kind, owner, "FailedCreate", "Error creating: " + why);
            return why;
        }
    }

    // --- what runs by the clock ---------------------------------------------------------------

    private void schedule(String namespace, String name) {
        store.find(SCHEDULE, namespace, name)
                .filter(Tree::isLeaving)
                .ifPresent(live -> finish(SCHEDULE, live));
    }

    /// A run begins, if it may.
    ///
    /// @return what it is called
    Optional<String> strike(String namespace, String name) {
        ObjectNode live = store.find(SCHEDULE, namespace, name).orElseThrow();
        boolean runs =
                store.dependents(Tree.uid(live), JOB).stream()
                        .anyMatch(job -> job.path("status").path("conditions").isEmpty());
        if (Tree.isLeaving(live)
                || Tree.at(live, "spec", "suspend").asBoolean(false)
                || (runs && Tree.text(live, "spec", "concurrencyPolicy").equals("Forbid"))) {
            return Optional.empty();
        }
        JsonNode template = Tree.at(live, "spec", "jobTemplate");
        ObjectNode job = Tree.object();
        job.set("metadata", template.path("metadata").deepCopy());
        job.set("spec", template.path("spec").deepCopy());
        ObjectNode metadata = Tree.in(job, "metadata");
        metadata.put("name", name + "-" + minute.getAndIncrement());
        owned(metadata, SCHEDULE, live);
        return Optional.of(Tree.name(objects.create(JOB, namespace, job, BY)));
    }

    private static void owned(ObjectNode metadata, Kind kind, ObjectNode owner) {
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", kind.apiVersion())
                .put("kind", kind.name())
                .put("name", Tree.name(owner))
                .put("uid", Tree.uid(owner))
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    // --- jobs ---------------------------------------------------------------------------------

    private void job(String namespace, String name) {
        ObjectNode live = store.find(JOB, namespace, name).orElse(null);
        if (live == null) {
            return;
        }
        if (Tree.isLeaving(live)) {
            finish(JOB, live);
            return;
        }
        if (!live.path("status").path("conditions").isEmpty()) {
            return;
        }
        List<ObjectNode> pods = store.dependents(Tree.uid(live), POD);
        if (Tree.at(live, "spec", "parallelism").asInt(1) == 0) {
            return;
        }
        if (pods.isEmpty()) {
            pod(JOB, live, "");
            return;
        }
        if (isOverdue(live)) {
            pods.forEach(pod -> delete(POD, " " + namespace + "/" + Tree.name(pod)));
            ObjectNode late = Tree.object().put("failed", 1);
            over(
                    late,
                    "Failed",
                    "DeadlineExceeded",
                    "Job was active longer than specified deadline");
            objects.updateStatus(JOB, live, late);
            return;
        }
        String phase = Tree.text(pods.getFirst(), "status", "phase");
        ObjectNode status = Tree.object();
        switch (phase) {
            case "Succeeded" -> over(status.put("succeeded", 1), "Complete", "", "");
            case "Failed" ->
                    over(
                            status.put("failed", 1),
                            "Failed",
                            "BackoffLimitExceeded",
                            "Job has reached the specified backoff limit");
            default -> status.put("active", 1);
        }
        if (!status.equals(live.path("status"))) {
            objects.updateStatus(JOB, live, status);
        }
    }

    private static boolean isOverdue(ObjectNode job) {
        long limit = Tree.number(job, "spec", "activeDeadlineSeconds");
        Instant began = Instant.parse(Tree.text(job, "metadata", "creationTimestamp"));
        return limit > 0 && began.plusSeconds(limit).isBefore(Instant.now());
    }

    /// Time alone changes them.
    private void tickJobs() {
        for (ObjectNode job : store.list(JOB, "")) {
            if (isOverdue(job)) {
                job(Tree.namespace(job), Tree.name(job));
            }
        }
    }

    private static void over(ObjectNode status, String type, String reason, String message) {
        status.putArray("conditions")
                .addObject()
                .put("type", type)
                .put("status", "True")
                .put("reason", reason)
                .put("message", message);
    }

    @Override
    public void close() {
        over = true;
        thread.interrupt();
        boolean ended = false;
        try {
            // Else it starts a program that nobody ends any more.
            ended = thread.join(ENDS_WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        kubelet.stopAll();
        if (!ended) {
            throw new IllegalStateException("the controllers do not end");
        }
    }

    /// Services and who is behind them.
    static final class Slices {
        private static final Kind SLICE = Kind.named("EndpointSlice");
        private static final Kind ENDPOINTS = Kind.named("Endpoints");

        private final Objects objects;
        private volatile boolean held;
        private volatile boolean missed;

        Slices(Objects objects) {
            this.objects = objects;
        }

        /// Nothing is told of changes until it is let go.
        void hold(boolean hold) {
            held = hold;
        }

        void tick() {
            if (missed && !held) {
                missed = false;
                objects.store()
                        .list(SERVICE, "")
                        .forEach(one -> of(Tree.namespace(one), Tree.name(one)));
            }
        }

        void of(String namespace, String name) {
            if (held) {
                missed = true;
                return;
            }
            ObjectNode service = objects.store().find(SERVICE, namespace, name).orElse(null);
            Map<String, String> selector = Tree.texts(Tree.at(service, "spec", "selector"));
            if (service == null || selector.isEmpty()) {
                return;
            }
            ObjectNode slice = base(service, "discovery.k8s.io/v1", "EndpointSlice");
            Tree.in(slice, "metadata", "labels").put("kubernetes.io/service-name", name);
            slice.put("addressType", "IPv4");
            ArrayNode list = slice.putArray("endpoints");
            ArrayNode ready = Tree.object().putArray("addresses");
            for (ObjectNode pod : objects.store().list(POD, namespace)) {
                String address = Tree.text(pod, "status", "podIP");
                boolean over = Tree.text(pod, "status", "phase").matches("Succeeded|Failed");
                if (!address.isEmpty()
                        && !over
                        && Tree.labels(pod).entrySet().containsAll(selector.entrySet())) {
                    endpoint(list, ready, pod, address);
                }
            }
            ports(service, slice.putArray("ports"));
            keep(SLICE, slice);
            ObjectNode endpoints = base(service, "v1", "Endpoints");
            ArrayNode subsets = endpoints.putArray("subsets");
            if (!ready.isEmpty()) {
                ObjectNode subset = subsets.addObject();
                subset.set("addresses", ready);
                ports(service, subset.putArray("ports"));
            }
            keep(ENDPOINTS, endpoints);
        }

        private static void endpoint(
                ArrayNode list, ArrayNode ready, ObjectNode pod, String address) {
            boolean leaving = Tree.isLeaving(pod);
            boolean well = isReady(pod);
            ObjectNode endpoint = list.addObject();
            endpoint.putArray("addresses").add(address);
            Tree.in(endpoint, "conditions")
                    .put("ready", well && !leaving)
                    .put("serving", well)
                    .put("terminating", leaving);
            Tree.in(endpoint, "targetRef")
                    .put("kind", "Pod")
                    .put("namespace", Tree.namespace(pod))
                    .put("name", Tree.name(pod))
                    .put("uid", Tree.uid(pod));
            if (well && !leaving) {
                ObjectNode one = ready.addObject().put("ip", address);
                one.set("targetRef", endpoint.path("targetRef").deepCopy());
            }
        }

        private static ObjectNode base(ObjectNode service, String version, String kind) {
            ObjectNode object = Tree.object().put("apiVersion", version).put("kind", kind);
            ObjectNode metadata = Tree.in(object, "metadata");
            metadata.put("name", Tree.name(service));
            metadata.put("namespace", Tree.namespace(service));
            metadata.putArray("ownerReferences")
                    .addObject()
                    .put("apiVersion", "v1")
                    .put("kind", "Service")
                    .put("name", Tree.name(service))
                    .put("uid", Tree.uid(service));
            return object;
        }

        private static void ports(ObjectNode service, ArrayNode ports) {
            for (JsonNode port : service.path("spec").path("ports")) {
                ObjectNode one = ports.addObject();
                one.put("name", Tree.text(port, "name"));
                one.set("port", port.path("targetPort"));
                one.set("protocol", port.path("protocol"));
            }
        }

        private void keep(Kind kind, ObjectNode wanted) {
            @Nullable ObjectNode live =
                    objects.store()
                            .find(kind, Tree.namespace(wanted), Tree.name(wanted))
                            .orElse(null);
            if (live == null) {
                objects.create(kind, Tree.namespace(wanted), wanted, BY);
            } else {
                objects.store().replace(kind, wanted, "");
            }
        }
    }
}
