package dev.belay.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Journals as they were once written, one entry a line, kept in `src/test/resources/journals/`.
/// They are never rewritten: every later Belay has to read them.
public final class SampleJournals {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path FOLDER = Path.of("src/test/resources/journals");

    private SampleJournals() {}

    public static List<Path> files() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    public static List<Entry> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(SampleJournals::entry).toList();
    }

    public static List<Entry> read(String name) throws IOException {
        return read(FOLDER.resolve(name));
    }

    private static Entry entry(String line) {
        JsonNode json = JSON.readTree(line);
        return new Entry(
                json.get("release").stringValue(),
                json.get("seq").longValue(),
                json.get("at").longValue(),
                json.get("fence").longValue(),
                json.get("actor").stringValue(),
                FactCodec.decode(json.get("fact").toString()));
    }
}
