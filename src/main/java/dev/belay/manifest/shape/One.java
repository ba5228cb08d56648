package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;

/// One value where several may stand.
record One<T>(Shape<T> item) implements Shape<List<T>> {
    @Override
    public void check(Node node, String name, Check check) {
        item.check(node, name, check);
    }

    @Override
    public List<T> read(Node node) {
        return List.of(item.read(node));
    }

    @Override
    public String type() {
        return item.type();
    }

    @Override
    public Map<String, Object> schema() {
        return item.schema();
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(item);
    }
}
