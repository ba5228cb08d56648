package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.manifest.text.TextFile;
import dev.belay.manifest.text.YamlReader;
import dev.belay.problem.Place;
import dev.belay.release.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Reads `belay.yaml` and the files it includes, each with a limit on its size, and puts their maps
/// together. Never reads outside of the manifest's folder, not through a link either.
final class ManifestFiles {
    static final int FILE_BYTES_MAX = 256 * 1024;
    static final int FILES_MAX = 64;

    /// Keys whose names several files may add to.
    private static final Set<String> MAPS =
            Set.of(
                    "datastores",
                    "external",
                    "groups",
                    "defaults",
                    "components",
                    "environments",
                    "policies",
                    "requires");

    /// Keys whose lists several files may add to.
    private static final Set<String> LISTS = Set.of("prepare", "smoke");

    private final Path folder;
    private final Complaints complaints;
    private final List<String> names = new ArrayList<>();
    private final List<Node.Mapping> roots = new ArrayList<>();
    private final Deque<String> including = new ArrayDeque<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    ManifestFiles(Path folder, Complaints complaints) {
        this.folder = folder;
        this.complaints = complaints;
    }

    List<String> names() {
        return List.copyOf(names);
    }

    /// The roots as they were read, for checking each in its own right.
    List<Node.Mapping> roots() {
        return List.copyOf(roots);
    }

    /// Over the bytes of all files, with their names.
    Digest digest() {
        return Digest.of(content.toByteArray());
    }

    /// Reads a file and what it includes.
    void read(String name) {
        load(name, new Place.Named("`" + folder.resolve(name) + "`"));
    }

    private void load(String name, Place asked) {
        if (including.contains(name)) {
            complaints.add(
                    Code.CYCLE,
                    asked,
                    "`" + name + "` includes itself, through " + String.join(" → ", including),
                    "remove one of the includes");
            return;
        }
        if (names.contains(name)) {
            return;
        }
        if (names.size() >= FILES_MAX) {
            complaints.add(Code.INCLUDE, asked, "there are more than " + FILES_MAX + " files", "");
            return;
        }
        Optional<TextFile> file = text(name, asked);
        if (file.isEmpty()) {
            return;
        }
        names.add(name);
        Optional<Node> root = YamlReader.read(file.get(), complaints);
        if (root.isEmpty()) {
            return;
        }
        if (!(root.get() instanceof Node.Mapping map)) {
            complaints.add(
                    Code.WRONG_TYPE,
                    root.get().mark(),
                    "a manifest must be keys and values, not " + root.get().description(),
                    "start with `platform: name`");
            return;
        }
        roots.add(map);
        including.addLast(name);
        includes(name, map);
        including.removeLast();
    }

    private void includes(String name, Node.Mapping map) {
        if (!(map.get("include") instanceof Node.Sequence list)) {
            return;
        }
        Path beside = Path.of(name).getParent();
        for (Node item : list.items()) {
            // What is no path inside of the folder is complained about when its shape is checked.
            if (item instanceof Node.Scalar(Mark mark, _, String text) && isInside(text)) {
                Path path = beside == null ? Path.of(text) : beside.resolve(text);
                load(path.normalize().toString(), mark.place());
            }
        }
    }

    private static boolean isInside(String text) {
        return !text.isBlank()
                && !text.startsWith("/")
                && !text.contains("..")
                && text.indexOf('\0') < 0;
    }

    /// What [#digest] would be if those files alone were read; empty when one of them cannot be.
    static Optional<Digest> digestOf(Path folder, List<String> names) {
        var files = new ManifestFiles(folder, new Complaints());
        for (String name : names) {
            if (files.bytes(name, new Place.Named(name)).isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(files.digest());
    }

    private Optional<TextFile> text(String name, Place asked) {
        return bytes(name, asked).flatMap(bytes -> decoded(name, bytes));
    }

    private Optional<byte[]> bytes(String name, Place asked) {
        Path path = folder.resolve(name);
        try {
            if (!Files.isRegularFile(path)) {
                missing(asked, "there is no file `" + path + "`");
                return Optional.empty();
            }
            if (!path.toRealPath().startsWith(folder.toRealPath())) {
                complaints.add(
                        Code.PATH,
                        asked,
                        "`" + name + "` is a link that leaves the manifest's folder",
                        "put the file itself there");
                return Optional.empty();
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(path)) {
                bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            }
            if (bytes.length > FILE_BYTES_MAX) {
                complaints.add(
                        Code.TOO_LARGE,
                        asked,
                        "`" + name + "` has more than " + FILE_BYTES_MAX / 1024 + " KiB",
                        "divide it with `include`");
                return Optional.empty();
            }
            content.writeBytes(
                    (name + "\0" + bytes.length + "\0").getBytes(StandardCharsets.UTF_8));
            content.writeBytes(bytes);
            return Optional.of(bytes);
        } catch (IOException e) {
            missing(asked, "`" + path + "` cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    private void missing(Place asked, String message) {
        boolean included = !including.isEmpty();
        complaints.add(
                included ? Code.INCLUDE : Code.NO_FILE,
                asked,
                message,
                included ? "" : "`belay init` writes one for what it finds in a folder");
    }

    private Optional<TextFile> decoded(String name, byte[] bytes) {
        boolean marked =
                bytes.length >= 3
                        && bytes[0] == (byte) 0xEF
                        && bytes[1] == (byte) 0xBB
                        && bytes[2] == (byte) 0xBF;
        int from = marked ? 3 : 0;
        ByteBuffer text = ByteBuffer.wrap(bytes, from, bytes.length - from);
        try {
            String decoded = StandardCharsets.UTF_8.newDecoder().decode(text).toString();
            return Optional.of(new TextFile(name, decoded));
        } catch (CharacterCodingException _) {
            // The decoder stops at the first byte that it cannot take.
            String good = new String(bytes, from, text.position() - from, StandardCharsets.UTF_8);
            String[] lines = good.split("\r\n|\r|\n", -1);
            int column =
                    lines[lines.length - 1].codePointCount(0, lines[lines.length - 1].length());
            complaints.add(
                    Code.NOT_UTF_8,
                    new TextFile(name, good).at(lines.length, column + 1, column + 2),
                    "`" + name + "` is not UTF-8 text from here on",
                    "save it as UTF-8");
            return Optional.empty();
        }
    }

    /// All files as one map: what a file adds to a map or list is added, and nothing is overridden.
    Node.Mapping together() {
        Node.Mapping first = roots.getFirst();
        SequencedMap<String, Node.Entry> all = new LinkedHashMap<>(first.entries());
        for (Node.Mapping root : roots.subList(1, roots.size())) {
            root.entries().forEach((key, entry) -> add(all, key, entry));
        }
        return Node.Mapping.of(first.mark(), all);
    }

    private void add(SequencedMap<String, Node.Entry> all, String key, Node.Entry entry) {
        if (key.equals("include") || key.startsWith("x-") || entry.value().isNull()) {
            return;
        }
        if (!MAPS.contains(key) && !LISTS.contains(key)) {
            complaints.add(
                    Code.INCLUDE,
                    entry.key(),
                    "`" + key + "` belongs in `" + names.getFirst() + "`, not in an included file",
                    "");
            return;
        }
        Node.Entry before = all.get(key);
        if (before == null || before.value().isNull()) {
            all.put(key, entry);
        } else if (before.value() instanceof Node.Mapping have
                && entry.value() instanceof Node.Mapping more) {
            all.put(key, new Node.Entry(before.key(), union(have, more)));
        } else if (before.value() instanceof Node.Sequence have
                && entry.value() instanceof Node.Sequence more) {
            List<Node> items = new ArrayList<>(have.items());
            items.addAll(more.items());
            all.put(key, new Node.Entry(before.key(), Node.Sequence.of(have.mark(), items)));
        }
        // Anything else has the wrong type, which the check of its file says.
    }

    private Node.Mapping union(Node.Mapping have, Node.Mapping more) {
        SequencedMap<String, Node.Entry> entries = new LinkedHashMap<>(have.entries());
        more.entries()
                .forEach((name, entry) -> {
                    Node.Entry before = entries.putIfAbsent(name, entry);
                    if (before != null) {
                        Mark first = before.key();
                        complaints.add(
                                Code.DUPLICATE_KEY,
                                entry.key(),
                                "`%s` is already in %s:%d"
                                        .formatted(name, first.file().name(), first.line()),
                                "an included file adds and never overrides");
                    }
                });
        return Node.Mapping.of(have.mark(), entries);
    }
}
