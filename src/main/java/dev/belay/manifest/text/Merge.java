package dev.belay.manifest.text;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Lays one map over another: maps merge, everything else replaces, `null` removes. Every value
/// keeps the place where it was written.
public final class Merge {
    private static final Node.Mapping EMPTY = (Node.Mapping) Node.builtIn("{}");

    private Merge() {}

    /// The upper over the lower; neither is changed, and no null is left of the upper.
    public static Node.Mapping of(Node.Mapping lower, Node.Mapping upper) {
        SequencedMap<String, Node.Entry> merged = new LinkedHashMap<>(lower.entries());
        upper.entries().forEach((key, entry) -> lay(merged, key, entry));
        return Node.Mapping.of(upper.mark(), merged);
    }

    private static void lay(SequencedMap<String, Node.Entry> merged, String key, Node.Entry entry) {
        if (entry.value().isNull()) {
            merged.remove(key);
            return;
        }
        Node value = entry.value();
        if (value instanceof Node.Mapping upper) {
            // Also over nothing, which takes out the nulls.
            value = of(mapping(merged.get(key)), upper);
        }
        merged.put(key, new Node.Entry(entry.key(), value));
    }

    /// Two layers as one: like [#of], but nulls stay, to remove from what both are laid over.
    public static Node.Mapping layered(Node.Mapping lower, Node.Mapping upper) {
        SequencedMap<String, Node.Entry> merged = new LinkedHashMap<>(lower.entries());
        upper.entries()
                .forEach((key, entry) -> {
                    Node value = entry.value();
                    if (value instanceof Node.Mapping map) {
                        value = layered(mapping(merged.get(key)), map);
                    }
                    merged.put(key, new Node.Entry(entry.key(), value));
                });
        return Node.Mapping.of(upper.mark(), merged);
    }

    private static Node.Mapping mapping(Node.@Nullable Entry entry) {
        return entry != null && entry.value() instanceof Node.Mapping map ? map : EMPTY;
    }
}
