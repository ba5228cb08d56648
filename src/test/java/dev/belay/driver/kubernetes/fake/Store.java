package dev.belay.driver.kubernetes.fake;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What the cluster remembers: every object with its version, and the changes of late. An object in
/// it is never changed, only replaced; who wants to change one takes a copy.
final class Store {
    private static final int HISTORY_MAX = 20_000;

    /// @param before null for one that is new
    record Change(
            long version, Type type, Kind kind, @Nullable ObjectNode before, ObjectNode after) {
        enum Type {
            ADDED,
            MODIFIED,
            DELETED
        }
    }

    /// Somebody who is told of changes, in order.
    static final class Watch implements AutoCloseable {
        private final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
        private final Predicate<Change> wanted;
        private final Store store;
        private volatile boolean cut;

        private Watch(Store store, Predicate<Change> wanted) {
            this.store = store;
            this.wanted = wanted;
        }

        BlockingQueue<Change> changes() {
            return changes;
        }

        boolean isCut() {
            return cut;
        }

        @Override
        public void close() {
            store.watches.remove(this);
        }
    }

    private final Map<String, NavigableMap<String, ObjectNode>> objects = new HashMap<>();
    private final Map<String, Map<String, Kind>> dependents = new HashMap<>();
    private final Deque<Change> history = new ArrayDeque<>();
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private long version = 1000;
    private long forgotten = 1000;

    synchronized long version() {
        return version;
    }

    void listen(Consumer<Change> listener) {
        listeners.add(listener);
    }

    private NavigableMap<String, ObjectNode> of(Kind kind) {
        return objects.computeIfAbsent(kind.stored(), _ -> new TreeMap<>());
    }

    private static String path(String namespace, String name) {
        return namespace + "/" + name;
    }

    synchronized Optional<ObjectNode> find(Kind kind, String namespace, String name) {
        return Optional.ofNullable(of(kind).get(path(namespace, name)));
    }

    /// @param namespace empty for all
    synchronized List<ObjectNode> list(Kind kind, String namespace) {
        return namespace.isEmpty()
                ? List.copyOf(of(kind).values())
                : List.copyOf(of(kind).subMap(namespace + "/", namespace + "0").values());
    }

    /// Those that an object owns.
    synchronized List<ObjectNode> dependents(String uid, Kind kind) {
        var found = new ArrayList<ObjectNode>();
        dependents
                .getOrDefault(uid, Map.of())
                .forEach((path, of) -> {
                    ObjectNode object = of(of).get(path.substring(path.indexOf(' ') + 1));
                    if (object != null && of.stored().equals(kind.stored())) {
                        found.add(object);
                    }
                });
        return found;
    }

    synchronized Map<String, Kind> dependents(String uid) {
        return Map.copyOf(dependents.getOrDefault(uid, Map.of()));
    }

    synchronized ObjectNode create(Kind kind, ObjectNode wanted) {
        ObjectNode object = wanted.deepCopy();
        String name = Tree.name(object);
        String path = path(Tree.namespace(object), name);
        if (of(kind).containsKey(path)) {
            throw Refusal.there(kind, name);
        }
        ObjectNode metadata = Tree.in(object, "metadata");
        metadata.put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        if (object.has("spec")) {
            metadata.put("generation", 1);
        }
        return keep(kind, path, null, object);
    }

    /// @param expected the version that it must have; empty for any
    synchronized ObjectNode replace(Kind kind, ObjectNode wanted, String expected) {
        ObjectNode object = wanted.deepCopy();
        String name = Tree.name(object);
        String path = path(Tree.namespace(object), name);
        ObjectNode before = of(kind).get(path);
        if (before == null) {
            throw Refusal.missing(kind, name);
        }
        if (!expected.isEmpty() && !expected.equals(version(before))) {
            throw Refusal.moved(kind, name);
        }
        ObjectNode metadata = Tree.in(object, "metadata");
        for (String kept : List.of("uid", "creationTimestamp", "resourceVersion", "generation")) {
            if (before.path("metadata").has(kept)) {
                metadata.set(kept, before.path("metadata").path(kept));
            }
        }
        if (object.equals(before)) {
            return before;
        }
        if (!object.path("spec").equals(before.path("spec"))) {
            metadata.put("generation", Tree.number(before, "metadata", "generation") + 1);
        }
        return keep(kind, path, before, object);
    }

    static String version(ObjectNode object) {
        return Tree.text(object, "metadata", "resourceVersion");
    }

    private ObjectNode keep(
            Kind kind, String path, @Nullable ObjectNode before, ObjectNode object) {
        version++;
        Tree.in(object, "metadata").put("resourceVersion", Long.toString(version));
        of(kind).put(path, object);
        index(kind, path, before, false);
        index(kind, path, object, true);
        tell(
                new Change(
                        version,
                        before == null ? Change.Type.ADDED : Change.Type.MODIFIED,
                        kind,
                        before,
                        object));
        return object;
    }

    private void index(Kind kind, String path, @Nullable ObjectNode object, boolean there) {
        if (object == null) {
            return;
        }
        Tree.each(object.path("metadata").path("ownerReferences"))
                .forEach(owner -> {
                    String key = kind.stored() + " " + path;
                    Map<String, Kind> of =
                            dependents.computeIfAbsent(
                                    Tree.text(owner, "uid"), _ -> new TreeMap<>());
                    if (there) {
                        of.put(key, kind);
                    } else {
                        of.remove(key);
                    }
                });
    }

    synchronized void remove(Kind kind, String namespace, String name) {
        String path = path(namespace, name);
        ObjectNode before = of(kind).remove(path);
        if (before == null) {
            return;
        }
        index(kind, path, before, false);
        version++;
        ObjectNode last = before.deepCopy();
        Tree.in(last, "metadata").put("resourceVersion", Long.toString(version));
        tell(new Change(version, Change.Type.DELETED, kind, before, last));
    }

    private void tell(Change change) {
        history.addLast(change);
        if (history.size() > HISTORY_MAX) {
            forgotten = history.removeFirst().version();
        }
        for (Watch watch : watches) {
            if (watch.wanted.test(change)) {
                watch.changes.add(change);
            }
        }
        listeners.forEach(one -> one.accept(change));
    }

    /// Everything after that version.
    synchronized Watch watch(long after, Predicate<Change> wanted) {
        if (after < forgotten) {
            throw Refusal.gone(after, forgotten);
        }
        var watch = new Watch(this, wanted);
        history.stream()
                .filter(change -> change.version() > after && wanted.test(change))
                .forEach(watch.changes::add);
        watches.add(watch);
        return watch;
    }

    /// What was there at this moment, and everything after it.
    synchronized Watch watchFromNow(
            Predicate<Change> wanted, Kind kind, String namespace, Consumer<ObjectNode> present) {
        list(kind, namespace).forEach(present);
        return watch(version, wanted);
    }

    /// Forgets every change: who asks for one hears that it is too old.
    synchronized void forget() {
        history.clear();
        forgotten = version;
    }

    void cutWatches() {
        watches.forEach(watch -> watch.cut = true);
    }

    int watching() {
        return watches.size();
    }
}
