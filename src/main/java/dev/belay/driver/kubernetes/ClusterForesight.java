package dev.belay.driver.kubernetes;

import dev.belay.cluster.ClusterObject;
import dev.belay.cluster.ClusterVersion;
import dev.belay.cluster.Components;
import dev.belay.cluster.Jobs;
import dev.belay.cluster.Labels;
import dev.belay.cluster.ObjectName;
import dev.belay.cluster.RevisionObjects;
import dev.belay.cluster.Workload;
import dev.belay.driver.Foreshown;
import dev.belay.driver.Order;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Shows what releases would change in a cluster, as it says itself: each object is applied for
/// trying alone, and compared with what is there. Nothing is written.
final class ClusterForesight {
    /// What a cluster is asked at once.
    private static final int AT_ONCE = 8;

    private static final Duration FIRST_ANSWER = Duration.ofSeconds(3);

    /// What makes pods of a revision.
    private static final Set<String> RUNNERS = Set.of("Deployment", "CronJob");

    /// What is there only as long as that is.
    private static final Set<String> OWNED =
            Set.of("ConfigMap", "Secret", "HorizontalPodAutoscaler");

    private final Clusters.Place place;
    private final Placement placement;
    private final Workloads workloads;
    private final Deadline deadline;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Set<String> shared = new HashSet<>();
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

    ClusterForesight(
            Clusters.Place place, Placement placement, Workloads workloads, Deadline deadline) {
        this.place = place;
        this.placement = placement;
        this.workloads = workloads;
        this.deadline = deadline;
    }

    /// @param scheduled whether anything may run by the clock there
    Foreshown of(String environment, List<Foreshown.Goal> goals, boolean scheduled)
            throws IOException {
        Cluster cluster = place.cluster();
        ClusterVersion version = cluster.version(deadline.orIn(FIRST_ANSWER));
        String ours = ScopeRecord.selector(Labels.ofEnvironment(placement, environment));
        var running = new ArrayList<>(cluster.list(Resource.DEPLOYMENTS, ours, deadline));
        if (scheduled) {
            running.addAll(cluster.list(ClusterSchedules.kind(version), ours, deadline));
        }
        var changes = new ArrayList<String>();
        var parts = new ArrayList<Part>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Foreshown.Goal goal : goals) {
                var part = new Part(goal, version, running);
                part.begin(threads::submit);
                parts.add(part);
            }
            for (Part part : parts) {
                changes.addAll(part.lines());
            }
        }
        return new Foreshown(
                changes.stream().map(workloads::redact).toList(),
                new TreeSet<>(notes).stream().map(workloads::redact).toList());
    }

    private interface Threads {
        Future<Tried> submit(Callable<Tried> trial);
    }

    /// What would become of an object.
    private sealed interface Tried {}

    private record New() implements Tried {}

    private record Same() implements Tried {}

    private record Other(List<FieldDiff.Field> fields) implements Tried {}

    /// Nobody can say.
    private record Unseen(String why) implements Tried {}

    /// Whether all components of the environment have it together.
    private static boolean isShared(ClusterObject object) {
        return !Trees.labels(Bounds.tree(object)).containsKey(Labels.COMPONENT);
    }

    /// One component.
    private final class Part {
        private final Foreshown.Goal goal;
        private final ClusterVersion version;
        private final List<JsonNode> running;
        private final Bounds bounds;
        private final SequencedMap<ClusterObject, Future<Tried>> tried = new LinkedHashMap<>();
        private final List<String> gone = new ArrayList<>();

        Part(Foreshown.Goal goal, ClusterVersion version, List<JsonNode> all) {
            this.goal = goal;
            this.version = version;
            Placement own = Workloads.placement(goal.revision()).orElse(placement);
            var order = new Order(goal.scope(), 0, "plan", 0, deadline.left());
            bounds = new Bounds(place, own, order, deadline);
            running = all.stream().filter(bounds::isOurs).toList();
        }

        void begin(Threads threads) throws IOException {
            for (ClusterObject object : wanted()) {
                if (isShared(object) && !shared.add(object.toString())) {
                    continue;
                }
                tried.put(object, threads.submit(() -> tryOut(object)));
            }
            if (!goal.kept()) {
                running.stream()
                        .filter(one -> isAnother(one) || goal.instances() == 0)
                        .forEach(one -> gone.add(called(one)));
                if (goal.instances() == 0 && goal.traffic().isEmpty()) {
                    String service = ObjectName.component(goal.scope().name());
                    bounds.cluster()
                            .find(Resource.SERVICES, service, deadline)
                            .filter(bounds::isOurs)
                            .ifPresent(_ -> gone.add("Service `%s`".formatted(service)));
                }
            }
        }

        private boolean isAnother(JsonNode object) {
            return !Trees.labels(object)
                    .entrySet()
                    .containsAll(bounds.labels(goal.revision()).entrySet());
        }

        private String called(JsonNode object) {
            boolean clock = object.path("spec").has("jobTemplate");
            return "%s `%s`".formatted(clock ? "CronJob" : "Deployment", Trees.name(object));
        }

        private List<ClusterObject> wanted() throws IOException {
            var objects = new ArrayList<ClusterObject>();
            if (goal.instances() > 0) {
                switch (workloads.of(goal.scope(), goal.revision())) {
                    case Workloads.Missing(String reason, String _) ->
                            notes.add(
                                    "`%s` cannot be tried: %s"
                                            .formatted(goal.scope().name(), reason));
                    case Workloads.Ready ready -> revision(ready, objects);
                }
            }
            for (Traffic line : goal.traffic()) {
                var work = new Work.Route(goal.scope().name(), line, List.of(goal.revision()));
                objects.addAll(ServiceRouter.objects(work, bounds));
            }
            return objects;
        }

        private void revision(Workloads.Ready ready, List<ClusterObject> objects) {
            Workload workload = ready.workload();
            objects.add(
                    goal.revision().launch().schedule() == null
                            ? RevisionObjects.deployment(workload, version, goal.instances())
                            : Jobs.scheduledOfRevision(workload, version));
            RevisionObjects.settings(workload).ifPresent(objects::add);
            RevisionObjects.secret(workload, ready.secrets()).ifPresent(objects::add);
            RevisionObjects.autoscaler(workload, version).ifPresent(objects::add);
            objects.add(Components.account(workload.placement(), workload.scope()));
        }

        // --- trying ---------------------------------------------------------------------------

        private Tried tryOut(ClusterObject object) {
            Resource kind = Resource.of(object);
            try {
                room.acquire();
                try {
                    Optional<JsonNode> live = find(kind, object);
                    ObjectNode wanted = Bounds.tree(object);
                    live.ifPresent(there -> leave(there, wanted));
                    JsonNode as =
                            live.isPresent() && hasOtherPorts(live.get(), wanted)
                                    ? ported(live.get(), wanted)
                                    : bounds.cluster().tried(kind, wanted, deadline);
                    return live.isEmpty() ? new New() : compared(object, live.get(), as);
                } finally {
                    room.release();
                }
            } catch (ClusterFailure e) {
                return new Unseen(
                        e.status() == 403 && object.kind().equals("Secret")
                                ? "whether `%s` changes cannot be seen: %s"
                                        .formatted(object.name(), e.said())
                                : "%s `%s` would be refused: %s"
                                        .formatted(object.kind(), object.name(), e.said()));
            } catch (ScopeRecord.Foreign e) {
                return new Unseen(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return new Unseen("not all could be tried: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Unseen("not all could be tried: it was interrupted");
            }
        }

        private Optional<JsonNode> find(Resource kind, ClusterObject object) throws IOException {
            if (RUNNERS.contains(object.kind())) {
                Optional<JsonNode> listed =
                        running.stream()
                                .filter(one -> Trees.name(one).equals(object.name()))
                                .findFirst();
                return listed.isPresent() ? listed : bounds.find(kind, object.name());
            }
            boolean goesWithIt = OWNED.contains(object.kind());
            if (goesWithIt && running.stream().allMatch(this::isAnother)) {
                return Optional.empty();
            }
            return isShared(object)
                    ? bounds.cluster().find(kind, object.name(), deadline)
                    : bounds.find(kind, object.name());
        }

        /// What follows the load between releases is nobody's change.
        private void leave(JsonNode there, ObjectNode wanted) {
            if (goal.revision().launch().scaling() == null) {
                return;
            }
            for (String field : List.of("replicas", "minReplicas", "maxReplicas")) {
                JsonNode is = Trees.at(there, "spec", field);
                if (Trees.in(wanted, "spec").has(field) && !is.isMissingNode()) {
                    Trees.in(wanted, "spec").set(field, is);
                }
            }
        }

        private static boolean hasOtherPorts(JsonNode live, JsonNode wanted) {
            return Trees.text(wanted, "kind").equals("Service")
                    && Trees.number(Trees.at(live, "spec", "ports").path(0), "port")
                            != Trees.number(Trees.at(wanted, "spec", "ports").path(0), "port");
        }

        /// As an order does it, ports are replaced and not added to.
        private static JsonNode ported(JsonNode live, JsonNode wanted) {
            ObjectNode whole = (ObjectNode) live.deepCopy();
            ObjectNode spec = Trees.in(whole, "spec");
            spec.set("ports", Trees.at(wanted, "spec", "ports").deepCopy());
            spec.set("selector", Trees.at(wanted, "spec", "selector").deepCopy());
            return whole;
        }

        private static Tried compared(ClusterObject object, JsonNode live, JsonNode tried) {
            List<FieldDiff.Field> fields = FieldDiff.between(live, tried);
            if (fields.isEmpty()) {
                return new Same();
            }
            return new Other(
                    object.kind().equals("Secret")
                            ? fields.stream().map(FieldDiff.Field::masked).toList()
                            : fields);
        }

        // --- telling --------------------------------------------------------------------------

        List<String> lines() throws IOException {
            var made = new LinkedHashMap<String, List<String>>();
            var changed = new ArrayList<String>();
            for (Map.Entry<ClusterObject, Future<Tried>> one : tried.entrySet()) {
                ClusterObject object = one.getKey();
                String what = "%s `%s`".formatted(object.kind(), object.name());
                switch (result(one.getValue())) {
                    case New _ ->
                            made.computeIfAbsent(object.name(), _ -> new ArrayList<>())
                                    .add(object.kind());
                    case Same _ -> {}
                    case Other(List<FieldDiff.Field> fields) ->
                            fields.forEach(field -> changed.add(what + ": " + field));
                    case Unseen(String why) -> notes.add(why);
                }
            }
            var lines = new ArrayList<String>();
            made.forEach((name, kinds) ->
                    lines.add("makes %s `%s`".formatted(String.join(", ", kinds), name)));
            changed.forEach(one -> lines.add("changes " + one));
            gone.forEach(one -> lines.add("ends " + one + " and what is its own"));
            String end = goal.kept() ? "; no step of this takes it back" : "";
            return lines.stream().map(line -> goal.scope().name() + ": " + line + end).toList();
        }
    }

    private static Tried result(Future<Tried> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster was asked", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("trying failed", e.getCause());
        }
    }
}
