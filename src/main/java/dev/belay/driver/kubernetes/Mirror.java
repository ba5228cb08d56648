package dev.belay.driver.kubernetes;

import dev.belay.driver.host.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What is there of one kind in a namespace, kept up to date by what the cluster tells: for
/// waiting, without asking again and again. It may be a moment behind: nothing is written, and no
/// absence believed, because of what it says alone.
final class Mirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);
    private static final Duration ONE_WATCH = Duration.ofSeconds(290);
    private static final Duration ONE_LIST = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final Resource kind;
    private final String selector;
    private final String group;
    private final Object lock;
    private final Map<String, Map<String, JsonNode>> groups = new HashMap<>();
    private final Map<String, String> groupOf = new HashMap<>();
    private final Thread thread;
    private String version = "";
    private String trouble = "";
    private boolean synced;
    private volatile boolean closed;
    private volatile @Nullable BufferedReader stream;

    /// @param group the label by which one asks for some of them
    /// @param lock that whoever waits for several kinds waits at
    Mirror(Cluster cluster, Resource kind, String selector, String group, Object lock) {
        this.cluster = cluster;
        this.kind = kind;
        this.selector = selector;
        this.group = group;
        this.lock = lock;
        thread = Thread.ofVirtual().name("mirror-" + kind.plural()).start(this::follow);
    }

    /// Those of a group, by their names; empty while nothing is known. The lock is held.
    Optional<List<JsonNode>> of(String value) {
        return synced
                ? Optional.of(List.copyOf(groups.getOrDefault(value, Map.of()).values()))
                : Optional.empty();
    }

    /// Why nothing is known, or not what is new; or nothing. The lock is held.
    String trouble() {
        return trouble;
    }

    private void follow() {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            try {
                if (version.isEmpty()) {
                    list();
                }
                watch();
                pause = FIRST_PAUSE;
                continue;
            } catch (ClusterFailure e) {
                // Too old, or not allowed: what is there has to be looked at anew.
                version = "";
                trouble(e.said());
            } catch (IOException e) {
                trouble(String.valueOf(e.getMessage()));
            }
            if (!closed) {
                Deadline.in(pause).await(() -> closed);
                pause =
                        pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0
                                ? pause.multipliedBy(2)
                                : LAST_PAUSE;
            }
        }
    }

    private void trouble(String said) {
        if (!closed) {
            LOG.debug("{} of `{}`: {}", kind.plural(), cluster.namespace(), said);
        }
        synchronized (lock) {
            trouble = said;
        }
    }

    private void list() throws IOException {
        JsonNode all = cluster.listed(kind, selector, Deadline.in(ONE_LIST));
        synchronized (lock) {
            groups.clear();
            groupOf.clear();
            all.path("items").forEach(this::put);
            synced = true;
            lock.notifyAll();
        }
        version = Trees.version(all);
    }

    private void watch() throws IOException {
        try (BufferedReader lines = cluster.watch(kind, selector, version, ONE_WATCH)) {
            stream = lines;
            for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                JsonNode event = JsonMapper.shared().readTree(line);
                take(event.path("type").asString(""), event.path("object"));
            }
        } catch (JacksonException e) {
            throw new IOException("what the cluster tells is no JSON", e);
        } finally {
            stream = null;
        }
    }

    private void take(String type, JsonNode object) {
        switch (type) {
            case "ERROR" ->
                    throw new ClusterFailure(
                            (int) Trees.number(object, "code"),
                            Trees.text(object, "reason"),
                            Trees.text(object, "message"));
            case "BOOKMARK" -> version = Trees.version(object);
            case "DELETED" -> {
                synchronized (lock) {
                    remove(Trees.name(object));
                    lock.notifyAll();
                }
                version = Trees.version(object);
            }
            default -> {
                synchronized (lock) {
                    put(object);
                    lock.notifyAll();
                }
                version = Trees.version(object);
            }
        }
    }

    private void remove(String name) {
        String of = groupOf.remove(name);
        Map<String, JsonNode> members = of == null ? null : groups.get(of);
        if (members != null) {
            members.remove(name);
            if (members.isEmpty()) {
                groups.remove(of);
            }
        }
    }

    private void put(JsonNode object) {
        String name = Trees.name(object);
        remove(name);
        String of = Trees.labels(object).getOrDefault(group, "");
        groups.computeIfAbsent(of, _ -> new TreeMap<>()).put(name, lean(object));
        groupOf.put(name, of);
    }

    /// Without what is large and asked by nobody who waits.
    private static JsonNode lean(JsonNode object) {
        if (object instanceof ObjectNode whole && whole.path("metadata") instanceof ObjectNode of) {
            of.remove("managedFields");
            if (whole.path("spec") instanceof ObjectNode spec && spec.has("template")) {
                spec.remove("template");
            }
        }
        return object;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        BufferedReader open = stream;
        if (open != null) {
            Thread.ofVirtual().start(() -> quietly(open));
        }
    }

    private void quietly(BufferedReader open) {
        try {
            open.close();
        } catch (IOException e) {
            trouble(String.valueOf(e.getMessage()));
        }
    }
}
