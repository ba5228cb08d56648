package dev.belay.driver.kubernetes.fake;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes of pods what the test says becomes of their images, and tells it in their status.
final class Kubelet {
    /// Another process that tests has clusters, too, whose pods listen at the same ports.
    private static final int NETWORK = 20 + Math.floorMod(Integer.getInteger("tests.fork", 1), 2);

    private static final Kind POD = Kind.named("Pod");
    private static final String GRACE = "terminationGracePeriodSeconds";
    private static final String CONTAINERS = "containerStatuses";

    private final Objects objects;
    private final Events events;
    private final Map<String, Fate> fates = new ConcurrentHashMap<>();
    private final Map<String, Life> lives = new ConcurrentHashMap<>();
    private final AtomicInteger addresses = new AtomicInteger();
    private volatile boolean endsHeld;

    Kubelet(Objects objects, Events events) {
        this.objects = objects;
        this.events = events;
    }

    void fate(String image, Fate fate) {
        fates.put(image, fate);
    }

    /// Pods that are told to end do not, for now.
    void holdEnds(boolean held) {
        endsHeld = held;
    }

    /// Looks at every pod; a change of one is a change like any other.
    void tick() {
        objects.store().list(POD, "").forEach(this::look);
    }

    private void look(ObjectNode pod) {
        if (Tree.isLeaving(pod)) {
            end(pod);
            return;
        }
        String phase = Tree.text(pod, "status", "phase");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            return;
        }
        ObjectNode status = status(pod);
        if (!status.equals(pod.path("status"))) {
            objects.updateStatus(POD, pod, status);
            tell(pod);
        }
    }

    private void end(ObjectNode pod) {
        if (endsHeld) {
            return;
        }
        Life life = lives.get(Tree.uid(pod));
        if (life != null && !life.hasEnded(Tree.number(pod, "spec", GRACE))) {
            return;
        }
        lives.remove(Tree.uid(pod));
        objects.store().remove(POD, Tree.namespace(pod), Tree.name(pod));
    }

    private Fate fate(JsonNode pod) {
        return fates.getOrDefault(image(pod), new Fate.Ready());
    }

    private static String image(JsonNode pod) {
        return Tree.text(pod.path("spec").path("containers").path(0), "image");
    }

    String log(ObjectNode pod) {
        Life life = lives.get(Tree.uid(pod));
        return switch (fate(pod)) {
            case Fate.Crashes(int _, String log) -> log;
            case Fate.Ends(int _, String log) -> log;
            case Fate.Runs _ -> life == null ? "" : life.log();
            case Fate.Ready _, Fate.ReadyWhile _, Fate.EndsWhen _ -> "";
            case Fate.Unschedulable _, Fate.NoImage _ ->
                    throw Refusal.malformed("container is waiting to start");
        };
    }

    private ObjectNode status(ObjectNode pod) {
        return switch (fate(pod)) {
            case Fate.Ready _ -> runs(pod, true);
            case Fate.ReadyWhile(var ready) -> runs(pod, ready.get());
            case Fate.EndsWhen(var over) -> over.get() ? ended(pod, 0) : runs(pod, true);
            case Fate.Ends(int code, String _) -> ended(pod, code);
            case Fate.Unschedulable(String message) -> {
                ObjectNode status = Tree.object().put("phase", "Pending");
                status.putArray("conditions")
                        .addObject()
                        .put("type", "PodScheduled")
                        .put("status", "False")
                        .put("reason", "Unschedulable")
                        .put("message", message);
                yield status;
            }
            case Fate.NoImage(String message) -> {
                ObjectNode status = begun(pod, "Pending", false);
                waiting(status, pod, 0, "ImagePullBackOff", message);
                yield status;
            }
            case Fate.Crashes(int code, String _) -> {
                ObjectNode status = begun(pod, "Running", false);
                ObjectNode container =
                        waiting(status, pod, 5, "CrashLoopBackOff", "back-off restarting");
                Tree.in(container, "lastState", "terminated")
                        .put("exitCode", code)
                        .put("reason", "Error");
                yield status;
            }
            case Fate.Runs(Fate.Program program) -> real(pod, program);
        };
    }

    /// A program ends with its pod where it is to run once; else it is started again, at once the
    /// first times and then after a pause.
    private ObjectNode real(ObjectNode pod, Fate.Program program) {
        String address = address(pod);
        Life life = lives.computeIfAbsent(Tree.uid(pod), _ -> new Life(program, address));
        boolean once = Tree.text(pod, "spec", "restartPolicy").equals("Never");
        Life.Now now = life.look(pod, once);
        return switch (now) {
            case Life.Runs(boolean ready) -> {
                ObjectNode status = runs(pod, ready, address);
                life.tell((ObjectNode) status.path(CONTAINERS).path(0));
                yield status;
            }
            case Life.Over(int code) -> ended(pod, code);
            case Life.Pauses(String reason, String message) -> {
                ObjectNode status = begun(pod, "Running", false);
                life.tell(waiting(status, pod, 0, reason, message));
                yield status;
            }
        };
    }

    private ObjectNode runs(ObjectNode pod, boolean ready) {
        return runs(pod, ready, address(pod));
    }

    private ObjectNode runs(ObjectNode pod, boolean ready, String address) {
        ObjectNode status = begun(pod, "Running", ready);
        status.put("podIP", address);
        status.putArray("podIPs").addObject().put("ip", address);
        ObjectNode container = container(status, pod, ready, 0);
        Tree.in(container, "state", "running").put("startedAt", started(pod));
        return status;
    }

    private ObjectNode ended(ObjectNode pod, int code) {
        ObjectNode status = begun(pod, code == 0 ? "Succeeded" : "Failed", false);
        ObjectNode container = container(status, pod, false, 0);
        Tree.in(container, "state", "terminated")
                .put("exitCode", code)
                .put("reason", code == 0 ? "Completed" : "Error");
        return status;
    }

    private static String started(ObjectNode pod) {
        return Tree.text(pod, "metadata", "creationTimestamp");
    }

    private String address(ObjectNode pod) {
        String known = Tree.text(pod, "status", "podIP");
        int next = known.isEmpty() ? addresses.incrementAndGet() : 0;
        return known.isEmpty()
                ? "127.%d.%d.%d".formatted(NETWORK, next / 250, 1 + next % 250)
                : known;
    }

    private static ObjectNode begun(ObjectNode pod, String phase, boolean ready) {
        ObjectNode status = Tree.object().put("phase", phase).put("startTime", started(pod));
        ArrayNode conditions = status.putArray("conditions");
        conditions.addObject().put("type", "PodScheduled").put("status", "True");
        conditions.addObject().put("type", "Ready").put("status", ready ? "True" : "False");
        return status;
    }

    private static ObjectNode waiting(
            ObjectNode status, ObjectNode pod, int restarts, String reason, String message) {
        ObjectNode container = container(status, pod, false, restarts);
        Tree.in(container, "state", "waiting").put("reason", reason).put("message", message);
        return container;
    }

    private static ObjectNode container(
            ObjectNode status, ObjectNode pod, boolean ready, int restarts) {
        return status.putArray(CONTAINERS)
                .addObject()
                .put("name", Tree.text(pod.path("spec").path("containers").path(0), "name"))
                .put("ready", ready)
                .put("restartCount", restarts)
                .put("image", image(pod));
    }

    private void tell(ObjectNode pod) {
        switch (fate(pod)) {
            case Fate.Unschedulable(String message) ->
                    events.tell(POD, pod, "FailedScheduling", message);
            case Fate.NoImage(String message) ->
                    events.tell(
                            POD,
                            pod,
                            "Failed",
                            "Failed to pull image \"%s\": %s".formatted(image(pod), message));
            case Fate.Crashes _ ->
                    events.tell(POD, pod, "BackOff", "Back-off restarting failed container");
            case Fate.Ready _, Fate.ReadyWhile _, Fate.Ends _, Fate.EndsWhen _, Fate.Runs _ -> {}
        }
    }

    void stopAll() {
        lives.values().forEach(Life::stop);
        lives.clear();
    }

    /// What a cluster says of itself, for people.
    record Events(Objects objects) {
        void tell(Kind kind, ObjectNode about, String reason, String message) {
            ObjectNode event = Tree.object();
            Tree.in(event, "metadata").put("generateName", Tree.name(about) + ".");
            event.put("type", "Warning").put("reason", reason).put("message", message);
            event.put("lastTimestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            Tree.in(event, "involvedObject")
                    .put("kind", kind.name())
                    .put("namespace", Tree.namespace(about))
                    .put("name", Tree.name(about))
                    .put("uid", Tree.uid(about));
            try {
                objects.create(
                        Kind.named("Event"),
                        Tree.namespace(about),
                        event,
                        Objects.By.controller("events"));
            } catch (Refusal no) {
                System.err.println("an event cannot be told: " + no.getMessage());
            }
        }
    }
}
