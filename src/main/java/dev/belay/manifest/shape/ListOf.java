package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Node;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Values in an order.
record ListOf<T>(Shape<T> item, int least, int most) implements Shape<List<T>> {
    @Override
    public void check(Node node, String name, Check check) {
        if (!(node instanceof Node.Sequence list)) {
            check.add(
                    Code.WRONG_TYPE,
                    node.mark(),
                    "`" + name + "` must be " + type() + ", not " + node.description(),
                    node instanceof Node.Scalar(_, _, String text) && !text.isEmpty()
                            ? "write `" + name + ": [" + text + "]`"
                            : "");
            return;
        }
        list.items().forEach(entry -> item.check(entry, name, check));
        if (list.items().size() < least) {
            check.add(Code.WRONG_VALUE, node.mark(), "`" + name + "` must not be empty", "");
        }
        if (list.items().size() > most) {
            check.add(
                    Code.WRONG_VALUE,
                    node.mark(),
                    "`" + name + "` must not have over " + most + " entries",
                    "");
        }
    }

    @Override
    public List<T> read(Node node) {
        return ((Node.Sequence) node).items().stream().map(item::read).toList();
    }

    @Override
    public String type() {
        return "a list, each " + item.type();
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "array");
        schema.put("items", item.schema());
        if (least > 0) {
            schema.put("minItems", least);
        }
        if (most < Shapes.ENTRIES_MAX) {
            schema.put("maxItems", most);
        }
        return schema;
    }

    @Override
    public List<Shape<?>> parts() {
        return List.of(item);
    }
}
