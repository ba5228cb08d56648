package dev.belay.driver.haproxy;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Every scope's entry, whole or not at all on disk. What HAProxy does is made to follow it, and
/// never the other way round.
record Lines(SortedMap<String, Entry> entries) {
    private static final JsonMapper JSON = JsonMapper.shared();

    Lines {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    static Lines read(Path file) throws IOException {
        Optional<String> text = DurableFile.read(file);
        try {
            return new Lines(
                    text.isEmpty()
                            ? new TreeMap<>()
                            : JSON.readValue(
                                    text.get(), new TypeReference<TreeMap<String, Entry>>() {}));
        } catch (JacksonException e) {
            throw new IOException("`" + file + "` is damaged", e);
        }
    }

    void write(Path file) throws IOException {
        DurableFile.write(file, JSON.writeValueAsBytes(entries));
    }

    Entry of(Scope scope) {
        return entries.getOrDefault(key(scope), Entry.NONE);
    }

    Lines with(Scope scope, Entry entry) {
        var all = new TreeMap<>(entries);
        all.put(key(scope), entry);
        return new Lines(all);
    }

    /// `ENV:COMPONENT`, which is also what HAProxy calls it.
    static String key(Scope scope) {
        return scope.environment() + ":" + scope.name();
    }

    /// The ports of all lines but that one.
    Set<Integer> ports(Scope except) {
        var ports = new TreeSet<Integer>();
        entries.forEach((key, entry) -> {
            if (entry.line() != null && !key.equals(key(except))) {
                ports.add(entry.line().port());
            }
        });
        return ports;
    }

    boolean isEmpty() {
        return entries.values().stream().allMatch(entry -> entry.line() == null);
    }
}
