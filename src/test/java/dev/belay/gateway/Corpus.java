package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Reads the files of `src/test/resources/gateway`; their README says how they are written.
final class Corpus {
    /// One line that says something, with the bytes that stand below it, each a character.
    record Part(String word, String bytes) {}

    /// One case.
    ///
    /// @param place file and line, for whoever has to look it up
    record Entry(String place, String name, String why, List<Part> parts) {
        /// The bytes below a word that stands there at most once; empty without it.
        String block(String word) {
            List<String> found = blocks(word);
            if (found.size() > 1) {
                throw new IllegalArgumentException(place + ": `" + word + "` stands there twice");
            }
            return found.isEmpty() ? "" : found.getFirst();
        }

        List<String> blocks(String word) {
            return parts.stream()
                    .filter(part -> part.word().equals(word))
                    .map(Part::bytes)
                    .toList();
        }

        boolean says(String word) {
            return parts.stream().anyMatch(part -> part.word().equals(word));
        }

        @Override
        public String toString() {
            return name + " (" + place + ")";
        }
    }

    static final Path FOLDER = Path.of("src/test/resources/gateway");
    private static final String CASE = "=== ";
    private static final String WHY = "why: ";
    private static final String EACH = "each: ";
    private static final String HOLE = "\\{each}";

    private final String file;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> each = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private String name = "";
    private String why = "";
    private int line;

    private Corpus(String file) {
        this.file = file;
    }

    static List<Entry> read(String folder) throws IOException {
        var all = new ArrayList<Entry>();
        try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
            for (Path one : files.sorted().toList()) {
                var corpus = new Corpus(folder + "/" + one.getFileName());
                Files.readAllLines(one).forEach(corpus::line);
                corpus.endCase();
                all.addAll(corpus.entries);
            }
        }
        return all;
    }

    private void line(String text) {
        line++;
        if (text.startsWith(CASE)) {
            endCase();
            name = text.substring(CASE.length());
        } else if (text.startsWith(WHY)) {
            why = text.substring(WHY.length());
        } else if (text.startsWith(EACH)) {
            each.add(text.substring(EACH.length()));
        } else if (!text.isBlank() && !text.startsWith("#")) {
            lines.add(text);
        }
    }

    private void endCase() {
        if (!name.isEmpty()) {
            if (why.isEmpty()) {
                throw new IllegalArgumentException(file + ": `" + name + "` does not say why");
            }
            if (each.isEmpty()) {
                entry(name, "");
            }
            each.forEach(one -> entry(name + ": " + one, one));
        }
        why = "";
        each.clear();
        lines.clear();
    }

    private void entry(String title, String value) {
        var parts = new ArrayList<Part>();
        var bytes = new StringBuilder();
        String word = "";
        for (String text : lines) {
            if (text.startsWith("|")) {
                String raw = text.startsWith("| ") ? text.substring(2) : text.substring(1);
                bytes.append(bytes(raw.replace(HOLE, value)));
            } else {
                add(parts, word, bytes);
                word = text;
            }
        }
        add(parts, word, bytes);
        entries.add(new Entry(file + ", before line " + line, title, why, parts));
    }

    private static void add(List<Part> parts, String word, StringBuilder bytes) {
        if (!word.isEmpty()) {
            parts.add(new Part(word, bytes.toString()));
        }
        bytes.setLength(0);
    }

    /// The bytes of a piece of a line.
    static String unescaped(String text) {
        return bytes(text + "\\-");
    }

    /// The bytes of one line, with CR and LF at its end unless it ends in `\-`.
    private static String bytes(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = text.charAt(++i);
            switch (escape) {
                case 'r' -> out.append('\r');
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 's' -> out.append(' ');
                case '0' -> out.append('\0');
                case '\\' -> out.append('\\');
                case 'x' -> {
                    out.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                case '{' -> {
                    int end = text.indexOf('}', i);
                    String[] repeat = text.substring(i + 1, end).split("\\*", 2);
                    String what = bytes(repeat[1] + "\\-");
                    out.append(what.repeat(Integer.parseInt(repeat[0])));
                    i = end;
                }
                case '-' -> {
                    return out.toString();
                }
                default -> throw new IllegalArgumentException("no such escape: \\" + escape);
            }
        }
        return out.append("\r\n").toString();
    }
}
