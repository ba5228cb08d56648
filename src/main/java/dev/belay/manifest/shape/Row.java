package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.Optional;

/// The keys of one map that was checked, read one by one.
public record Row(Node.Mapping map) {
    /// The value, or what stands for it when nobody wrote it.
    public <T> T get(Key<T> key) {
        Node node = map.get(key.name());
        return node == null ? key.absent() : key.shape().read(node);
    }

    /// The value, if somebody wrote it.
    public <T> Optional<T> find(Key<T> key) {
        return Optional.ofNullable(map.get(key.name())).map(key.shape()::read);
    }
}
