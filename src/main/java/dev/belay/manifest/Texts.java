package dev.belay.manifest;

import dev.belay.manifest.text.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads scalars out of a tree that may be wrong, for checks that go on past the first mistake.
final class Texts {
    private Texts() {}

    /// A scalar as itself, the scalars of a list; nothing for anything else.
    static List<Node.Scalar> of(@Nullable Node node) {
        return switch (node) {
            case null -> List.of();
            case Node.Scalar scalar -> scalar.isNull() ? List.of() : List.of(scalar);
            case Node.Mapping _ -> List.of();
            case Node.Sequence list ->
                    list.items().stream()
                            .filter(Node.Scalar.class::isInstance)
                            .map(Node.Scalar.class::cast)
                            .toList();
        };
    }
}
