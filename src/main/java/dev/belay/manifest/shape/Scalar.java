package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Node;
import java.util.Map;
import java.util.Set;

/// A single value, read from its text.
///
/// @param type for people, with its article: "a duration such as `30s`"
/// @param kinds what YAML may take the text for
record Scalar<T>(String type, Set<Node.Kind> kinds, Parser<T> parser, Map<String, Object> schema)
        implements Shape<T> {
    /// From text to value.
    interface Parser<T> {
        T parse(String text) throws Unfit;
    }

    @Override
    public void check(Node node, String name, Check check) {
        if (!(node instanceof Node.Scalar(_, Node.Kind kind, String text))) {
            wrongType(node, name, "", check);
            return;
        }
        try {
            parser.parse(text);
        } catch (Unfit e) {
            if (kinds.contains(kind)) {
                check.add(e.code(), node.mark(), "`" + name + "` " + e.predicate(), e.hint());
            } else {
                wrongType(node, name, "", check);
            }
            return;
        }
        if (!kinds.contains(kind)) {
            boolean quoted = kind == Node.Kind.TEXT;
            boolean empty = kind == Node.Kind.NULL;
            String hint = quoted ? "remove the quotes" : empty ? "" : "put it in quotes";
            wrongType(node, name, hint, check);
        }
    }

    private void wrongType(Node node, String name, String hint, Check check) {
        check.add(
                Code.WRONG_TYPE,
                node.mark(),
                "`" + name + "` must be " + type + ", not " + node.description(),
                hint);
    }

    @Override
    public T read(Node node) {
        try {
            return parser.parse(((Node.Scalar) node).text());
        } catch (Unfit e) {
            throw new IllegalStateException("read before checked: " + node.mark(), e);
        }
    }
}
