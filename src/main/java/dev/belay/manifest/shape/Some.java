package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;

/// One value, or a list of such values: what is no list is meant to be one.
///
/// @param list of the same items
record Some<T>(Shape<T> item, Shape<List<T>> list) implements Shape<List<T>> {
    @Override
    public void check(Node node, String name, Check check) {
        (node instanceof Node.Sequence ? list : item).check(node, name, check);
    }

    @Override
    public List<T> read(Node node) {
        return node instanceof Node.Sequence ? list.read(node) : List.of(item.read(node));
    }

    @Override
    public String type() {
        return item.type() + ", or " + list.type();
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("anyOf", List.of(item.schema(), list.schema()));
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(item, list);
    }
}
