package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What must hold for a table on a disk that lies, and for one that a gateway of another version
/// hands over: it is refused with a sentence, or read as one that somebody wrote.
final class TableOracle {
    private static final List<String> FIRST = List.of("one", "two, ü");
    private static final List<String> SECOND = List.of("three", "four");
    private static final List<String> NAMES =
            List.of("table", "table.changes", "table.previous", "table.changes.previous");
    private static final JsonNode GOOD =
            RouteJson.MAPPER.readTree(
                    """
                    {"version": 7, "routes": [
                      {"environment": "test", "component": "gone", "last": 3},
                      {"environment": "test", "component": "web", "last": 4, "since": 12,
                       "published": 5, "formerRoots": ["/srv/old"],
                       "route": {"token": 4, "port": 3017, "shares": [
                         {"revision": "v1", "weight": 1, "members": [
                           {"id": "a", "host": "127.0.0.1", "port": 1}]},
                         {"revision": "v2", "weight": 0, "root": "/srv/site"}],
                         "health": {"kind": "tcp", "timeoutMillis": 5},
                         "site": {"fallback": false, "immutable": []},
                         "at": [{"entrance": {"name": "public", "port": 8080},
                           "paths": ["/api"]}]},
                       "door": {"hold": {"since": 1, "atMost": 2, "bytes": 3, "ageMillis": 4}}}]}
                    """);

    private static @Nullable GatewayParts parts;
    private static @Nullable Prober prober;
    private static @Nullable Map<String, byte[]> written;

    private TableOracle() {}

    static void check(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        int first = Byte.toUnsignedInt(data[0]);
        if (first % 2 == 1) {
            damaged(data);
        } else if (first < 128) {
            text(new String(data, 1, data.length - 1, StandardCharsets.UTF_8));
        } else {
            text(JsonEdits.edited(GOOD, data, 1).toString());
        }
    }

    // --- the files ------------------------------------------------------------------------------

    private static void damaged(byte[] data) throws IOException {
        Map<String, byte[]> files = new HashMap<>(written());
        for (int i = 1; i + 3 < data.length && i < 40; i += 4) {
            damage(files, data, i);
        }
        Path folder = Files.createTempDirectory("belay-fuzz");
        try {
            for (var file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
            Optional<TableStore.Saved> saved = read(folder);
            if (saved.isEmpty()) {
                assertThat(files).doesNotContainKeys("table", "table.previous");
            } else {
                assertThat(saved.get().changes())
                        .isEqualTo(all(saved.get()).subList(0, saved.get().changes().size()));
                continued(folder, saved.get());
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining(" is torn or was changed by hand");
        } finally {
            delete(folder);
        }
    }

    /// What was once written behind that generation.
    private static List<String> all(TableStore.Saved saved) {
        assertThat(saved.generation()).isIn("ab", "cd");
        return saved.generation().equals("ab") ? FIRST : SECOND;
    }

    private static Optional<TableStore.Saved> read(Path folder) throws IOException {
        try (var store = new TableStore(folder)) {
            return store.load();
        }
    }

    /// What is written next is read next, whatever lies about.
    private static void continued(Path folder, TableStore.Saved before) throws IOException {
        TableStore.Saved after;
        try (var store = new TableStore(folder)) {
            assertThat(store.load()).contains(before);
            if (store.wantsGeneration()) {
                store.generation(List.of("ef").iterator());
                after = new TableStore.Saved("ef", List.of());
            } else {
                store.change("next");
                List<String> changes =
                        Stream.concat(before.changes().stream(), Stream.of("next")).toList();
                after = new TableStore.Saved(before.generation(), changes);
            }
        }
        assertThat(read(folder)).contains(after);
    }

    /// A file is cut, has a bit turned, grows, is gone, or stands at another's place.
    private static void damage(Map<String, byte[]> files, byte[] data, int at) {
        String name = NAMES.get(Byte.toUnsignedInt(data[at]) % NAMES.size());
        byte[] bytes = files.getOrDefault(name, new byte[0]);
        int place = Byte.toUnsignedInt(data[at + 2]) * 256 + Byte.toUnsignedInt(data[at + 3]);
        int within = place % (bytes.length + 1);
        switch (Byte.toUnsignedInt(data[at + 1]) % 5) {
            case 0 -> files.put(name, Arrays.copyOf(bytes, within));
            case 1 -> {
                byte[] other = bytes.clone();
                if (within < other.length) {
                    other[within] ^= (byte) (1 << place % 8);
                }
                files.put(name, other);
            }
            case 2 -> {
                byte[] other = Arrays.copyOf(bytes, bytes.length + 1 + place % 3);
                other[bytes.length] = data[at + 3];
                files.put(name, other);
            }
            case 3 -> files.remove(name);
            default -> files.put(NAMES.get(place % NAMES.size()), bytes);
        }
    }

    /// Two generations with their changes, as a store leaves them.
    private static Map<String, byte[]> written() throws IOException {
        if (written == null) {
            Path folder = Files.createTempDirectory("belay-fuzz");
            try (var store = new TableStore(folder)) {
                store.generation(List.of("a", "b").iterator());
                for (String change : FIRST) {
                    store.change(change);
                }
                store.generation(List.of("cd").iterator());
                for (String change : SECOND) {
                    store.change(change);
                }
            }
            var files = new HashMap<String, byte[]>();
            for (String name : NAMES) {
                files.put(name, Files.readAllBytes(folder.resolve(name)));
            }
            delete(folder);
            written = files;
        }
        return written;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    // --- the text -------------------------------------------------------------------------------

    private static void text(String text) throws IOException {
        Table table;
        try {
            table = keeper().trusted(text);
        } catch (IOException e) {
            assertThat(e.getMessage()).contains(" ").doesNotContain("Exception");
            return;
        }
        assertThat(table.version()).isNotNegative();
        SortedMap<RouteKey, Long> tokens = new TreeMap<>();
        table.entries().forEach((key, entry) -> tokens.put(key, entry.route().token()));
        String out = TableJson.write(table, tokens).toString();
        assertThat(String.join("", list(table, tokens))).isEqualTo(out);
        byte[] disk = out.getBytes(StandardCharsets.UTF_8);
        Table again = keeper().trusted(new String(disk, StandardCharsets.UTF_8));
        assertThat(TableJson.write(again, tokens).toString()).isEqualTo(out);
        assertThat(again.ports()).isEqualTo(table.ports());
    }

    private static List<String> list(Table table, SortedMap<RouteKey, Long> tokens) {
        Iterable<String> parts = () -> TableJson.parts(table, tokens);
        var list = new ArrayList<String>();
        parts.forEach(list::add);
        return list;
    }

    /// One that has seen nothing yet. Loops and folder are those of all.
    private static TableKeeper keeper() throws IOException {
        if (parts == null || prober == null) {
            Path folder = Files.createTempDirectory("belay-fuzz");
            folder.toFile().deleteOnExit();
            var loops = new Loops(1, Limits.DEFAULT);
            parts = GatewayParts.of(GatewayOptions.in(folder), loops, Map.of());
            prober = new Prober(loops);
        }
        return new TableKeeper(
                parts.proxy(),
                prober,
                parts.listeners(),
                new TableStore(parts.options().folder()),
                parts.predecessors());
    }
}
