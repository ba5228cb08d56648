package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import org.jspecify.annotations.Nullable;

/// A key that a section knows.
///
/// @param about what it is for, in a sentence or two; shown in the manual and in editors
/// @param fallback what it is when nobody wrote it, as YAML; null when it is then absent
/// @param required whether it must be there when everything is merged
/// @param notYet whether this version cannot enforce what it demands
public record Key<T>(
        String name,
        Shape<T> shape,
        String about,
        @Nullable String fallback,
        boolean required,
        boolean notYet) {
    public static <T> Key<T> of(String name, Shape<T> shape, String about) {
        return new Key<>(name, shape, about, null, false, false);
    }

    public Key<T> fallback(String yaml) {
        return new Key<>(name, shape, about, yaml, required, notYet);
    }

    public Key<T> asRequired() {
        return new Key<>(name, shape, about, fallback, true, notYet);
    }

    public Key<T> asNotYet() {
        return new Key<>(name, shape, about, fallback, required, true);
    }

    /// The value when nobody wrote it.
    T absent() {
        if (fallback == null) {
            throw new IllegalStateException("nothing stands for a missing `" + name + "`");
        }
        return shape.read(Node.builtIn(fallback));
    }
}
