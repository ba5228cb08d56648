package dev.belay.server.operations;

import dev.belay.driver.scan.SourceScan;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.PublicValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Looks into a frontend's artifact for what other environments tell their visitors: a build that
/// wrote it in sends visitors of this one there. It warns, and knows values only by how they look,
/// so that it passes by words that would be anywhere.
final class ForeignValues {
    private static final int SHORTEST = 8;
    private static final int SHORTEST_WORD = 12;
    private static final int TOLD_MAX = 5;

    private final String component;
    private final String environment;
    private final PublicValues own;
    private final Map<String, String> foreign = new TreeMap<>();

    private ForeignValues(Component component, String environment) {
        this.component = component.name();
        this.environment = environment;
        own = component.told();
    }

    /// What is to be said of an artifact that is served in an environment.
    ///
    /// @param others all environments
    static List<String> notes(
            Component component,
            EnvironmentView view,
            List<EnvironmentView> others,
            InputStream tar)
            throws IOException {
        var search = new ForeignValues(component, view.environment());
        for (EnvironmentView other : others) {
            Component there = other.components().get(component.name());
            if (there != null && !other.environment().equals(view.environment())) {
                search.know(other.environment(), there.told().values());
            }
        }
        return search.look(tar);
    }

    private void know(String where, Map<String, String> values) {
        values.forEach((name, value) -> {
            boolean mine = own.values().values().stream().anyMatch(one -> one.contains(value));
            if (!mine && isTelling(value)) {
                foreign.putIfAbsent(latin(value), "`%s` of `%s`".formatted(name, where));
            }
        });
    }

    /// An address, or a long word with digits such as a key; `production` stands in every bundle.
    private static boolean isTelling(String value) {
        boolean address = value.chars().anyMatch(c -> c == '.' || c == ':' || c == '/');
        boolean key = value.length() >= SHORTEST_WORD && value.chars().anyMatch(Character::isDigit);
        return value.length() >= SHORTEST && (address || key);
    }

    private List<String> look(InputStream tar) throws IOException {
        var notes = new ArrayList<String>();
        if (foreign.isEmpty() && !own.isServed()) {
            return notes;
        }
        var in = new TarArchiveInputStream(tar, "UTF-8");
        for (TarArchiveEntry entry = in.getNextEntry();
                entry != null && notes.size() < TOLD_MAX;
                entry = in.getNextEntry()) {
            if (!entry.isFile()) {
                continue;
            }
            if (own.at().equals("/" + entry.getName())) {
                notes.add(
                        "`%s`: `%s` of its artifact is not served, the values of `%s` are in its place"
                                .formatted(component, entry.getName(), environment));
            } else if (!foreign.isEmpty() && entry.getSize() <= SourceScan.FILE_MAX) {
                file(entry.getName(), latin(in.readNBytes((int) SourceScan.FILE_MAX)), notes);
            }
        }
        return notes;
    }

    private void file(String name, String content, List<String> notes) {
        foreign.forEach((value, whose) -> {
            if (holds(content, value)) {
                notes.add(
                        "`%s`: `%s` holds %s, and is served in `%s`: %s"
                                .formatted(
                                        component,
                                        name,
                                        whose,
                                        environment,
                                        own.isServed()
                                                ? "let it read `" + own.at() + "` instead"
                                                : "say under `public` what it is to read at run"
                                                        + " time"));
            }
        });
    }

    /// As a whole: `https://api.example.org` is not in `https://api.example.organic`.
    private static boolean holds(String content, String value) {
        for (int at = content.indexOf(value); at >= 0; at = content.indexOf(value, at + 1)) {
            int end = at + value.length();
            boolean begins = at == 0 || !Character.isLetterOrDigit(content.charAt(at - 1));
            boolean ends =
                    end == content.length() || !Character.isLetterOrDigit(content.charAt(end));
            if (begins && ends) {
                return true;
            }
        }
        return false;
    }

    /// Byte for character: files are searched whatever they are.
    private static String latin(String text) {
        return latin(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
