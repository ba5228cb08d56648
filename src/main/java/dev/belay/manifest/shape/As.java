package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What has one shape, read as something else.
record As<W, T>(Shape<W> written, Function<W, T> become) implements Shape<T> {
    @Override
    public void check(Node node, String name, Check check) {
        written.check(node, name, check);
    }

    @Override
    public T read(Node node) {
        return become.apply(written.read(node));
    }

    @Override
    public String type() {
        return written.type();
    }

    @Override
    public Map<String, Object> schema() {
        return written.schema();
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(written);
    }
}
