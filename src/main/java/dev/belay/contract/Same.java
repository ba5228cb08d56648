package dev.belay.contract;

import dev.belay.manifest.text.Node;
import org.jspecify.annotations.Nullable;

/// A node by where it is, not by what it says: to compare trees by value costs what they weigh.
record Same(Node node) {
    @Override
    @SuppressWarnings("ReferenceEquality") // That is what it is for.
    public boolean equals(@Nullable Object other) {
        return other instanceof Same(Node that) && that == node;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(node);
    }
}
