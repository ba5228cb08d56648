package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;

/// What a value must look like, and what it is read as.
public interface Shape<T> {
    /// Complains about everything in the node that does not fit.
    ///
    /// @param name the key's name, for messages
    void check(Node node, String name, Check check);

    /// The value of a node that was checked and merged, in which nothing was wrong.
    T read(Node node);

    /// For people: "duration such as `30s`", "list of names".
    String type();

    /// In JSON Schema 2020-12.
    Map<String, Object> schema();

    /// What it is made of, for finding every section.
    default List<Shape<?>> parts() {
        return List.of();
    }
}
