package dev.belay.manifest;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Place;

/// Finds places in the tree that something was read from.
final class NodeSource extends Source {
    private final Node.Mapping map;

    NodeSource(Node.Mapping map) {
        this.map = map;
    }

    @Override
    public Place at(String... path) {
        Mark nearest = map.mark();
        Node node = map;
        for (String key : path) {
            if (!(node instanceof Node.Mapping here) || here.entries().get(key) == null) {
                break;
            }
            Node.Entry entry = here.entries().get(key);
            node = entry.value();
            nearest = node instanceof Node.Scalar ? node.mark() : entry.key();
        }
        return nearest.place();
    }
}
