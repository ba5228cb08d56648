package dev.belay.driver.kubernetes;

import dev.belay.cluster.Labels;
import dev.belay.cluster.ObjectName;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a scope has accepted, kept in a ConfigMap of its own: it outlives every object that carries
/// a token, and is written before any of them.
///
/// It alone does not keep an order out that is late between its acceptance and its effect. So each
/// effect goes to an object by the version of it that was seen, after the record was read once
/// more; and a probe that seals the record touches those objects afterwards. Whichever comes first,
/// the other one notices.
final class ScopeRecord {
    private static final String TOKEN = "token";
    private static final String SEALS = "seals";
    private static final String FORGOTTEN = "forgotten";
    private static final String NOTE = "note.";

    /// Digits of a token.
    private static final int WIDTH = 19;

    private static final int NOTES = 20;
    private static final int TRIES = 8;

    private final Cluster cluster;
    private final Placement placement;
    private final Scope scope;
    private final boolean scheduled;

    /// @param scheduled whether the scope may have something that runs by the clock
    ScopeRecord(Cluster cluster, Placement placement, Scope scope, boolean scheduled) {
        this.cluster = cluster;
        this.placement = placement;
        this.scope = scope;
        this.scheduled = scheduled;
    }

    /// What was accepted.
    ///
    /// @param known whether all that was done since is on record; not when somebody deleted it
    /// @param notes what was written down beside it, by what for; the oldest are forgotten
    record State(long last, long seals, boolean known, SortedMap<String, String> notes) {
        State {
            notes = Collections.unmodifiableSortedMap(new TreeMap<>(notes));
        }

        State(long last, long seals, boolean known) {
            this(last, seals, known, new TreeMap<>());
        }

        /// What was noted for it.
        Optional<String> noted(String key) {
            return Optional.ofNullable(notes.get(key)).map(note -> note.substring(WIDTH));
        }

        /// Writes something down with this token, unless that was done already.
        State noting(String key, String text) {
            if (notes.containsKey(key)) {
                return this;
            }
            var more = new TreeMap<>(notes);
            more.put(key, ("%0" + WIDTH + "d").formatted(last) + text);
            while (more.size() > NOTES) {
                more.values().remove(more.values().stream().min(String::compareTo).orElseThrow());
            }
            return new State(last, seals, known, more);
        }

        boolean refuses(long token) {
            return token <= last;
        }

        State accept(long token) {
            return new State(token, seals, true, notes);
        }

        State seal(long token) {
            return new State(Math.max(last, token - 1), seals + 1, known, notes);
        }
    }

    /// The namespace is somebody else's.
    static final class Foreign extends RuntimeException {
        Foreign(String message) {
            super(message);
        }
    }

    private String name() {
        String own =
                scope.kind() == Scope.Kind.COMPONENT
                        ? scope.name()
                        : scope.kind().name().toLowerCase(Locale.ROOT) + "--" + scope.name();
        return ObjectName.fit("belay-scope-" + own, ObjectName.LABEL_MAX);
    }

    private Map<String, String> labels() {
        var labels = new TreeMap<>(Labels.ofComponent(placement, scope));
        labels.put("app.kubernetes.io/managed-by", "belay");
        return labels;
    }

    /// The record as it was once, to be written over if it still is that.
    ///
    /// @param object that it is in; empty when there is none
    record Seen(State state, Optional<JsonNode> object) {}

    State read(Deadline deadline) throws IOException {
        return look(deadline).state();
    }

    Seen look(Deadline deadline) throws IOException {
        Optional<JsonNode> there = cluster.find(Resource.CONFIG_MAPS, name(), deadline);
        return new Seen(there.isPresent() ? state(there.get()) : recalled(deadline), there);
    }

    private State state(JsonNode record) {
        if (!Trees.labels(record).entrySet().containsAll(labels().entrySet())) {
            throw new Foreign(
                    "the namespace `%s` has a `%s` of another environment or platform"
                            .formatted(cluster.namespace(), name()));
        }
        JsonNode data = record.path("data");
        return new State(
                number(Trees.text(data, TOKEN)),
                number(Trees.text(data, SEALS)),
                Trees.text(data, FORGOTTEN).isEmpty(),
                notes(data));
    }

    private static SortedMap<String, String> notes(JsonNode data) {
        var notes = new TreeMap<String, String>();
        Trees.texts(data)
                .forEach((key, text) -> {
                    if (key.startsWith(NOTE) && text.length() >= WIDTH) {
                        notes.put(key.substring(NOTE.length()), text);
                    }
                });
        return notes;
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /// The record is gone, or never was: what is there carries the tokens that it was written with.
    private State recalled(Deadline deadline) throws IOException {
        long highest = 0;
        String selector = selector(Labels.ofComponent(placement, scope));
        var kinds =
                new ArrayList<>(List.of(Resource.DEPLOYMENTS, Resource.JOBS, Resource.SERVICES));
        if (scheduled) {
            kinds.add(ClusterSchedules.kind(cluster.version(deadline)));
        }
        for (Resource kind : kinds) {
            for (JsonNode one : cluster.list(kind, selector, deadline)) {
                highest = Math.max(highest, number(Trees.annotation(one, Labels.OP_TOKEN)));
            }
        }
        return new State(highest, 0, false);
    }

    static String selector(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .reduce((a, b) -> a + "," + b)
                .orElse("");
    }

    /// Whether a change was made.
    sealed interface Result {}

    record Written(State state) implements Result {}

    record Stale(long last) implements Result {}

    /// Makes the token durable.
    Result accept(long token, Deadline deadline) throws IOException {
        return change(token, state -> state.accept(token), deadline);
    }

    /// The same over what was seen, if nobody wrote it since: it need not be read once more.
    Result accept(long token, Seen seen, Deadline deadline) throws IOException {
        return change(token, state -> state.accept(token), Optional.of(seen), deadline);
    }

    /// The same, with something written down in the same moment.
    Result accept(long token, UnaryOperator<State> note, Deadline deadline) throws IOException {
        return change(token, state -> note.apply(state.accept(token)), deadline);
    }

    /// Shuts out everything older than the token, and what is under way.
    Result seal(long token, Deadline deadline) throws IOException {
        return change(token, state -> state.seal(token), deadline);
    }

    private Result change(long token, UnaryOperator<State> to, Deadline deadline)
            throws IOException {
        return change(token, to, Optional.empty(), deadline);
    }

    /// @param known what was seen of it before
    private Result change(
            long token, UnaryOperator<State> to, Optional<Seen> known, Deadline deadline)
            throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Seen seen = i == 0 && known.isPresent() ? known.get() : look(deadline);
            Optional<JsonNode> there = seen.object();
            State before = seen.state();
            if (before.refuses(token)) {
                return new Stale(before.last());
            }
            State after = to.apply(before);
            ObjectNode object = object(after);
            try {
                if (there.isPresent()) {
                    Trees.in(object, "metadata")
                            .put("uid", Trees.uid(there.get()))
                            .put("resourceVersion", Trees.version(there.get()));
                    cluster.replace(Resource.CONFIG_MAPS, object, deadline);
                } else {
                    cluster.create(Resource.CONFIG_MAPS, object, deadline);
                }
                return new Written(after);
            } catch (ClusterFailure e) {
                // Somebody else wrote it meanwhile.
                if (!e.isConflict() && !(there.isPresent() && e.isMissing())) {
                    throw e;
                }
            }
        }
        throw new IOException("others keep writing `" + name() + "`");
    }

    private ObjectNode object(State state) {
        ObjectNode object = JsonMapper.shared().createObjectNode();
        object.put("apiVersion", "v1").put("kind", "ConfigMap");
        ObjectNode metadata = Trees.in(object, "metadata");
        metadata.put("name", name()).put("namespace", cluster.namespace());
        labels().forEach(Trees.in(metadata, "labels")::put);
        ObjectNode data = Trees.in(object, "data");
        data.put(TOKEN, Long.toString(state.last())).put(SEALS, Long.toString(state.seals()));
        if (!state.known()) {
            data.put(FORGOTTEN, "yes");
        }
        state.notes().forEach((key, text) -> data.put(NOTE + key, text));
        return object;
    }
}
