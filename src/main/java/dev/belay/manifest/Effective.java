package dev.belay.manifest;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Merge;
import dev.belay.manifest.text.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// What one environment comes to when everything is laid over each other: `defaults`, the
/// component, the environment (a group first, then the component itself). Still text with
/// positions, and still perhaps wrong: whoever makes one checks it next.
final class Effective {
    private static final Node.Mapping EMPTY = (Node.Mapping) Node.builtIn("{}");

    private final String name;
    private final Node.Mapping root;
    private final Node.Mapping own;
    private final Groups groups;
    private final SequencedMap<String, Node.Mapping> components = new LinkedHashMap<>();
    private final Map<String, SequencedMap<String, Node.Mapping>> merged = new HashMap<>();

    Effective(String name, Node.Mapping root, Node.Mapping own) {
        this.name = name;
        this.root = root;
        this.own = own;
        this.groups = new Groups(mapping(root, "groups"), mapping(root, "components"));
        mapping(root, "components").entries().forEach(this::addComponent);
    }

    String name() {
        return name;
    }

    Node.Mapping root() {
        return root;
    }

    /// The environment as it is written, the command line laid over it.
    Node.Mapping own() {
        return own;
    }

    Groups groups() {
        return groups;
    }

    SequencedMap<String, Node.Mapping> components() {
        return components;
    }

    /// Datastores or externals of this environment.
    SequencedMap<String, Node.Mapping> merged(String section) {
        return merged.computeIfAbsent(section, this::merge);
    }

    private SequencedMap<String, Node.Mapping> merge(String section) {
        SequencedMap<String, Node.Mapping> all = new LinkedHashMap<>();
        Node.Mapping over = mapping(own, section);
        SequencedSet<String> names = new LinkedHashSet<>(mapping(root, section).entries().keySet());
        names.addAll(over.entries().keySet());
        for (String each : names) {
            Node.Entry lower = mapping(root, section).entries().get(each);
            Node.Entry upper = over.entries().get(each);
            boolean removed = upper != null && upper.value().isNull();
            Node.Entry first = lower != null ? lower : upper;
            if (first != null && !removed) {
                Node.Mapping sum = Merge.of(EMPTY, asMapping(lower));
                all.put(each, at(first.key(), Merge.of(sum, asMapping(upper))));
            }
        }
        return all;
    }

    private void addComponent(String component, Node.Entry entry) {
        if (!(entry.value() instanceof Node.Mapping written)) {
            return;
        }
        Node.Mapping overrides = mapping(own, "components");
        Node.Mapping over = EMPTY;
        for (String group : groups.namesWith(component)) {
            over = Merge.layered(over, asMapping(overrides.entries().get(group)));
        }
        Node.Entry named = overrides.entries().get(component);
        if (named != null && named.value().isNull()) {
            return;
        }
        over = Merge.layered(over, asMapping(named));
        Node.Mapping below =
                kind(written, over)
                        .map(kind -> asMapping(mapping(root, "defaults").entries().get(kind)))
                        .orElse(EMPTY);
        Node.Mapping sum = Merge.of(Merge.of(Merge.of(EMPTY, below), written), over);
        components.put(component, at(entry.key(), sum));
    }

    private static Optional<String> kind(Node.Mapping written, Node.Mapping over) {
        Node kind = over.get("kind") == null ? written.get("kind") : over.get("kind");
        return kind instanceof Node.Scalar(_, _, String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    /// What is merged is pointed at by its name.
    private static Node.Mapping at(Mark mark, Node.Mapping map) {
        return Node.Mapping.of(mark, map.entries());
    }

    private static Node.Mapping asMapping(Node.@Nullable Entry entry) {
        return entry != null && entry.value() instanceof Node.Mapping map ? map : EMPTY;
    }

    static Node.Mapping mapping(Node.Mapping map, String key) {
        return asMapping(map.entries().get(key));
    }
}
