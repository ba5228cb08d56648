package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Where our gateway and others differ and why ours is right, as `differences/known.txt` says. What
/// it does not speak of must not be, and what it speaks of must be.
final class KnownDifferences {
    /// One of its lines.
    ///
    /// @param of a case of the corpus, with or without its value, or a part of the grammar
    private record Line(String peer, Reading.Difference kind, String of) {
        @Override
        public String toString() {
            return peer + " " + kind.name().toLowerCase(Locale.ROOT) + " | " + of;
        }
    }

    private final Map<String, Line> lines = new TreeMap<>();
    private final Set<Line> shown = new HashSet<>();
    private final Set<String> notShown = new TreeSet<>();
    private final Map<String, List<String>> unknown = new TreeMap<>();

    KnownDifferences() throws IOException {
        String title = "";
        String why = "";
        Reading.Difference kind = null;
        for (String text : Files.readAllLines(Corpus.FOLDER.resolve("differences/known.txt"))) {
            if (text.startsWith("=== ")) {
                title = text;
                why = "";
                kind = null;
            } else if (text.startsWith("ours: ")) {
                String word = text.substring("ours: ".length());
                kind = Reading.Difference.valueOf(word.toUpperCase(Locale.ROOT));
            } else if (text.startsWith("why: ")) {
                why = text;
            } else if (!text.isBlank() && !text.startsWith("#")) {
                String[] words = text.split(" \\| ", 2);
                if (kind == null || !why.contains("RFC ") || words.length < 2) {
                    throw new IllegalArgumentException(
                            title + " does not say who, what, and why by which RFC: " + text);
                }
                for (String peer : words[0].split(", ", -1)) {
                    add(new Line(peer, kind, words[1]));
                }
            }
        }
    }

    private void add(Line line) {
        if (lines.put(line.toString(), line) != null) {
            throw new IllegalArgumentException(line + " stands there twice");
        }
    }

    /// Notes what is so.
    ///
    /// @param names of what may be the reason
    void saw(
            String peer,
            Set<Reading.Difference> differences,
            Collection<String> names,
            String detail) {
        for (Reading.Difference kind : Reading.Difference.values()) {
            boolean differs = differences.contains(kind);
            boolean explained = false;
            for (String name : names) {
                Line line = lines.get(new Line(peer, kind, name).toString());
                if (line != null && differs) {
                    explained = true;
                    if (name.startsWith("case ") || names.size() == 1) {
                        // Of two doubtful parts, nobody knows which it was.
                        shown.add(line);
                    }
                } else if (line != null && name.startsWith("case ")) {
                    notShown.add(line + ", in " + detail);
                }
            }
            if (differs && !explained) {
                unknown.computeIfAbsent(
                                new Line(peer, kind, String.join(" & ", names)).toString(),
                                _ -> new ArrayList<>())
                        .add(detail);
            }
        }
    }

    /// What differs and is not known, with the first example of each.
    List<String> unknown() {
        return unknown.entrySet().stream()
                .map(one -> one.getKey() + "\n    " + one.getValue().getFirst())
                .toList();
    }

    /// What should differ and does not.
    List<String> gone() {
        var gone = new ArrayList<>(notShown);
        lines.values().stream()
                .filter(line -> !shown.contains(line))
                .map(line -> line + ", nowhere")
                .forEach(gone::add);
        return gone;
    }
}
