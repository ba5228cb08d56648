package dev.belay.manifest.text;

import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A piece of YAML as it was written. Scalars keep their text: `1.10` stays `1.10`.
public sealed interface Node {
    TextFile BUILT_IN = new TextFile("built-in", "");

    Mark mark();

    /// How many nodes it stands for with every alias expanded.
    int size();

    /// How deep it is with every alias expanded.
    int height();

    /// How a person calls it: "text `abc`", "a list".
    String description();

    /// What the core schema of YAML 1.2 takes a scalar for.
    enum Kind {
        TEXT,
        INTEGER,
        DECIMAL,
        BOOLEAN,
        NULL
    }

    /// A single value.
    record Scalar(Mark mark, Kind kind, String text) implements Node {
        private static final int SHOWN = 40;

        @Override
        public int size() {
            return 1;
        }

        @Override
        public int height() {
            return 1;
        }

        @Override
        public String description() {
            String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
            return switch (kind) {
                case NULL -> "nothing";
                case TEXT -> "text `" + shown + "`";
                case INTEGER, DECIMAL -> "number `" + shown + "`";
                case BOOLEAN -> "`" + shown + "`";
            };
        }
    }

    /// A list.
    record Sequence(Mark mark, List<Node> items, int size, int height) implements Node {
        public Sequence {
            items = Collections.unmodifiableList(items);
        }

        public static Sequence of(Mark mark, List<Node> items) {
            int size = 1;
            int height = 0;
            for (Node item : items) {
                size = saturated(size, item.size());
                height = Math.max(height, item.height());
            }
            return new Sequence(mark, items, size, height + 1);
        }

        @Override
        public String description() {
            return "a list";
        }
    }

    /// Keys and values, in the order they are written.
    record Mapping(Mark mark, SequencedMap<String, Entry> entries, int size, int height)
            implements Node {
        public Mapping {
            entries = Collections.unmodifiableSequencedMap(entries);
        }

        public static Mapping of(Mark mark, SequencedMap<String, Entry> entries) {
            int size = 1;
            int height = 0;
            for (Entry entry : entries.values()) {
                size = saturated(size, entry.value().size() + 1);
                height = Math.max(height, entry.value().height());
            }
            return new Mapping(mark, entries, size, height + 1);
        }

        public @Nullable Node get(String key) {
            Entry entry = entries.get(key);
            return entry == null ? null : entry.value();
        }

        @Override
        public String description() {
            return "keys and values";
        }
    }

    /// A key's own place, and what it stands for.
    record Entry(Mark key, Node value) {}

    /// A value that stands for one that nobody wrote: a scalar, `[]` or `{}`.
    static Node builtIn(String text) {
        var mark = new Mark(BUILT_IN, 1, 1, 1);
        return switch (text) {
            case "[]" -> Sequence.of(mark, List.of());
            case "{}" -> Mapping.of(mark, Collections.emptySortedMap());
            default -> new Scalar(mark, YamlReader.kind(text), text);
        };
    }

    default boolean isNull() {
        return this instanceof Scalar(_, Kind kind, _) && kind == Kind.NULL;
    }

    private static int saturated(int left, int right) {
        long sum = (long) left + right;
        return sum > Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE / 2 : (int) sum;
    }
}
