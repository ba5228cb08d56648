package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;

/// A short form, or a long one: a scalar where a list or map may stand, or a list where a map may.
///
/// @param shortly what the short form is written as
record Either<T>(Class<? extends Node> shortly, Shape<? extends T> brief, Shape<? extends T> full)
        implements Shape<T> {
    @Override
    public void check(Node node, String name, Check check) {
        (shortly.isInstance(node) ? brief : full).check(node, name, check);
    }

    @Override
    public T read(Node node) {
        return shortly.isInstance(node) ? brief.read(node) : full.read(node);
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
