package dev.belay.server.operations;

import dev.belay.manifest.PublicValues;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// What the gateway serves of a frontend's public values, and how that is kept: in the
/// configuration of a revision, by its path. No variable has a name that begins with a slash.
public final class PublicText {
    private static final JsonMapper JSON = JsonMapper.shared();

    private PublicText() {}

    /// By path; empty where nothing is served.
    static SortedMap<String, String> of(PublicValues told) {
        var texts = new TreeMap<String, String>();
        if (told.isServed()) {
            String json = json(told.values());
            texts.put(
                    told.at(),
                    told.global().isEmpty()
                            ? json + "\n"
                            : "globalThis." + told.global() + " = Object.freeze(" + json + ");\n");
        }
        return texts;
    }

    /// What a kept configuration has of it.
    public static SortedMap<String, String> in(Map<String, String> configuration) {
        var texts = new TreeMap<String, String>();
        configuration.forEach((name, text) -> {
            if (name.startsWith("/")) {
                texts.put(name, text);
            }
        });
        return texts;
    }

    /// Whoever writes it into a page leaves the page whole: nothing in it ends a script or begins a
    /// comment, nor a line for those who read it as a script of before 2019.
    private static String json(SortedMap<String, String> values) {
        return JSON.writeValueAsString(values)
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }
}
