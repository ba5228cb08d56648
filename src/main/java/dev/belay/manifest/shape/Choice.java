package dev.belay.manifest.shape;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One word of several.
///
/// @param notYet words that are understood but cannot be enforced
record Choice<T>(SequencedMap<String, T> words, Set<String> notYet) implements Shape<T> {
    static <E> Choice<E> of(List<E> values, Function<E, String> word, Set<String> notYet) {
        SequencedMap<String, E> words = new LinkedHashMap<>();
        values.forEach(value -> words.put(word.apply(value), value));
        return new Choice<>(words, notYet);
    }

    @Override
    public void check(Node node, String name, Check check) {
        if (!(node instanceof Node.Scalar(_, _, String text)) || node.isNull()) {
            check.add(
                    Code.WRONG_TYPE,
                    node.mark(),
                    "`" + name + "` must be " + type() + ", not " + node.description(),
                    "");
        } else if (!words.containsKey(text)) {
            check.add(
                    Code.WRONG_VALUE,
                    node.mark(),
                    "`" + name + "` must be " + type() + ", not `" + text + "`",
                    Nearest.to(text, words.keySet())
                            .map(near -> "did you mean `" + near + "`?")
                            .orElse(""));
        } else if (notYet.contains(text)) {
            check.notYet(node.mark(), "`" + name + ": " + text + "`");
        }
    }

    @Override
    public T read(Node node) {
        T value = words.get(((Node.Scalar) node).text());
        if (value == null) {
            throw new IllegalStateException("read before checked: " + node.mark());
        }
        return value;
    }

    @Override
    public String type() {
        return words.keySet().stream().map(w -> "`" + w + "`").collect(Collectors.joining(" or "));
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("enum", List.copyOf(words.keySet()));
    }
}
