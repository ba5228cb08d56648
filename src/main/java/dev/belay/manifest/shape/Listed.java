package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;

/// A list where nothing more is to be said of its items, or a map where something is.
record Listed<T>(Shape<? extends T> brief, Shape<? extends T> full) implements Shape<T> {
    @Override
    public void check(Node node, String name, Check check) {
        (node instanceof Node.Sequence ? brief : full).check(node, name, check);
    }

    @Override
    public T read(Node node) {
        return node instanceof Node.Sequence ? brief.read(node) : full.read(node);
    }

    @Override
    public String type() {
        return brief.type() + ", or " + full.type();
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("anyOf", List.of(brief.schema(), full.schema()));
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(brief, full);
    }
}
