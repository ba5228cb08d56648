package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.GLOBAL;
import static dev.belay.manifest.shape.Shapes.SERVED_FILE;
import static dev.belay.manifest.shape.Shapes.VARIABLE;
import static dev.belay.manifest.shape.Shapes.WRITTEN;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.map;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// What a frontend is told of its environment.
final class PublicSections {
    /// Ends of paths that are served as JSON; all others are scripts.
    static final String JSON = ".json";

    private static final Key<SequencedMap<String, String>> VALUES =
            Key.of(
                            "values",
                            map(VARIABLE, WRITTEN),
                            "The values by name, written out: `${NAME}` stands for nothing here.")
                    .asRequired();
    private static final Key<String> AT =
            Key.of(
                            "at",
                            SERVED_FILE,
                            "Path that the gateway serves them at, in place of any file of the"
                                    + " artifact: `.js` is a script that sets `global`, `.json` is a map.")
                    .fallback("/env.js");
    private static final Key<String> GLOBAL_KEY =
            Key.of("global", GLOBAL, "Global variable that the script sets.").fallback("__ENV");
    private static final Key<Boolean> BAKED =
            Key.of(
                            "baked",
                            YES_NO,
                            "Whether the build writes them into its files instead: it gets them as"
                                    + " variables, and each environment has an artifact of its own, made"
                                    + " of the same source.")
                    .fallback("false");

    static final Key<PublicValues> PUBLIC =
            Key.of(
                    "public",
                    Fields.of(
                            "public",
                            "What a frontend's visitors may know of its environment, such as where its"
                                    + " API is. It is served at run time, so that one artifact does for"
                                    + " every environment, which says its own values below"
                                    + " `environments: E: components:`.",
                            "{values: {API_URL: \"https://api.example.org\"}, at: /env.js, global: __ENV}",
                            List.of(VALUES, AT, GLOBAL_KEY, BAKED),
                            List.of(),
                            PublicSections::values),
                    "What visitors of a frontend may know of its environment.");

    private PublicSections() {}

    private static PublicValues values(Row row) {
        var values = new TreeMap<>(row.get(VALUES));
        if (row.get(BAKED)) {
            return new PublicValues("", "", true, values);
        }
        String at = row.get(AT);
        return new PublicValues(at, at.endsWith(JSON) ? "" : row.get(GLOBAL_KEY), false, values);
    }
}
