package dev.belay.contract;

import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.manifest.text.TextFile;
import dev.belay.manifest.text.YamlReader;
import dev.belay.problem.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Trees of YAML and JSON that refer to each other. All that a file refers to is read with it, and
/// stays below the component's folder: an address, an absolute path or a way out is refused where
/// it is written.
final class Documents {
    static final int BYTES_MAX = 8 << 20;
    static final int FILES_MAX = 200;
    private static final int REFERENCES_MAX = 50;

    /// Below these, a `$ref` is somebody's example and not ours.
    private static final Set<String> VALUES =
            Set.of("example", "examples", "default", "const", "enum", "value");

    /// The keys of these are names that people chose.
    private static final Set<String> NAMED =
            Set.of(
                    "properties",
                    "schemas",
                    "definitions",
                    "$defs",
                    "patternProperties",
                    "parameters",
                    "headers",
                    "responses",
                    "messages",
                    "channels",
                    "operations",
                    "paths");

    private final Library library;
    private final List<Problem> problems;
    private final Map<String, Node> roots = new HashMap<>();

    Documents(Library library, List<Problem> problems) {
        this.library = library;
        this.problems = problems;
    }

    /// A file and all that it refers to.
    ///
    /// @return nothing when there is something wrong with it, which is then among the problems
    Optional<Node> read(String path) {
        Node root = load(path, null);
        return root == null || !follow(root) ? Optional.empty() : Optional.of(root);
    }

    Set<String> files() {
        return Set.copyOf(roots.keySet());
    }

    /// What a node stands for; itself where it refers to nothing.
    Node resolved(Node node) {
        Node found = node;
        for (int i = 0; i < REFERENCES_MAX; i++) {
            Node next = target(found);
            if (next == null) {
                return found;
            }
            found = next;
        }
        return found;
    }

    /// Where a node's `$ref` leads; null when it has none.
    @Nullable Node target(Node node) {
        Node.Scalar reference = reference(node);
        return reference == null ? null : find(reference);
    }

    static Node.@Nullable Scalar reference(Node node) {
        return node instanceof Node.Mapping mapping
                        && mapping.get("$ref") instanceof Node.Scalar text
                        && text.kind() == Node.Kind.TEXT
                ? text
                : null;
    }

    private @Nullable Node load(String path, @Nullable Mark from) {
        Node known = roots.get(path);
        if (known != null) {
            return known;
        }
        if (roots.size() >= FILES_MAX) {
            return refuse(path, from, "there are more than " + FILES_MAX + " files");
        }
        byte[] bytes = library.find(path).orElse(null);
        if (bytes == null) {
            return refuse(
                    path, from, "there is no file `" + path + "` below the component's folder");
        }
        if (bytes.length > BYTES_MAX) {
            return refuse(path, from, "`%s` has more than %d bytes".formatted(path, BYTES_MAX));
        }
        String text = text(bytes);
        if (text == null) {
            return refuse(path, from, "`" + path + "` is not UTF-8");
        }
        var complaints = new Complaints();
        // JSON may be indented with tabs, YAML may not; inside of texts JSON has none.
        var file = new TextFile(path, path.endsWith(".json") ? text.replace('\t', ' ') : text);
        Optional<Node> root = YamlReader.read(file, complaints);
        complaints.inOrder().forEach(one -> problems.add(Reading.unreadable(one)));
        if (root.isEmpty() || !complaints.isEmpty()) {
            return null;
        }
        roots.put(path, root.get());
        return root.get();
    }

    private static @Nullable String text(byte[] bytes) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    private @Nullable Node refuse(String path, @Nullable Mark from, String what) {
        problems.add(Reading.problem("contract/unreadable", path, from, what, ""));
        return null;
    }

    private record Visit(Node node, boolean named) {}

    /// Reads what is referred to, however far away.
    private boolean follow(Node root) {
        boolean all = true;
        Deque<Visit> open = new ArrayDeque<>(List.of(new Visit(root, false)));
        Set<Same> seen = new java.util.HashSet<>();
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            if (!seen.add(new Same(visit.node()))) {
                continue;
            }
            Node.Scalar reference = visit.named() ? null : reference(visit.node());
            if (reference != null) {
                Node target = find(reference);
                if (target == null) {
                    all = false;
                } else {
                    open.push(new Visit(target, false));
                }
            }
            switch (visit.node()) {
                case Node.Scalar _ -> {}
                case Node.Sequence list ->
                        list.items().forEach(item -> open.push(new Visit(item, false)));
                case Node.Mapping map ->
                        map.entries()
                                .forEach((key, entry) -> {
                                    boolean value =
                                            !visit.named()
                                                    && (VALUES.contains(key)
                                                            || key.startsWith("x-"));
                                    if (!value) {
                                        boolean named = !visit.named() && NAMED.contains(key);
                                        open.push(new Visit(entry.value(), named));
                                    }
                                });
            }
        }
        return all;
    }

    private @Nullable Node find(Node.Scalar reference) {
        String text = reference.text();
        int hash = text.indexOf('#');
        String file = hash < 0 ? text : text.substring(0, hash);
        String pointer = hash < 0 ? "" : text.substring(hash + 1);
        String from = reference.mark().file().name();
        String path = file.isEmpty() ? from : Paths.beside(from, file);
        if (path.isEmpty()) {
            problems.add(
                    Reading.problem(
                            "contract/reference-outside",
                            from,
                            reference.mark(),
                            "`%s` leads out of the component's folder".formatted(text),
                            "put what it names beside this file, and name it by a relative path"));
            return null;
        }
        Node root = load(path, reference.mark());
        if (root == null) {
            return null;
        }
        Node found = pointed(root, pointer);
        if (found == null) {
            problems.add(
                    Reading.problem(
                            "contract/reference-missing",
                            from,
                            reference.mark(),
                            "`%s` names nothing".formatted(text),
                            "a reference is a file, `#`, and a path of keys in it, as"
                                    + " `#/components/schemas/Order`"));
        }
        return found;
    }

    private static @Nullable Node pointed(Node root, String pointer) {
        if (pointer.isEmpty() || pointer.equals("/")) {
            return root;
        }
        if (!pointer.startsWith("/")) {
            return null;
        }
        Node node = root;
        for (String part : pointer.substring(1).split("/", -1)) {
            String key = Paths.unescaped(part);
            Node next =
                    switch (node) {
                        case Node.Mapping map -> map.get(key);
                        case Node.Sequence list ->
                                key.matches("[0-9]{1,6}")
                                                && Integer.parseInt(key) < list.items().size()
                                        ? list.items().get(Integer.parseInt(key))
                                        : null;
                        case Node.Scalar _ -> null;
                    };
            if (next == null) {
                return null;
            }
            node = next;
        }
        return node;
    }
}
