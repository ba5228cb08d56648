package dev.belay.manifest.shape;

import dev.belay.manifest.text.Node;
import java.util.Map;

/// Whatever the author likes: for keys that start with `x-`.
record Anything() implements Shape<Node> {
    @Override
    public void check(Node node, String name, Check check) {}

    @Override
    public Node read(Node node) {
        return node;
    }

    @Override
    public String type() {
        return "anything";
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of();
    }
}
