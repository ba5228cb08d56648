package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;

/// Names in a list, or each with what belongs to it in a map.
record ListOrMap<T>(Shape<? extends T> list, Shape<? extends T> map) implements Shape<T> {
    @Override
    public void check(Node node, String name, Check check) {
        (node instanceof Node.Mapping ? map : list).check(node, name, check);
    }

    @Override
    public T read(Node node) {
        return node instanceof Node.Mapping ? map.read(node) : list.read(node);
    }

    @Override
    public String type() {
        return list.type() + ", or " + map.type();
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("anyOf", List.of(list.schema(), map.schema()));
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(list, map);
    }
}
