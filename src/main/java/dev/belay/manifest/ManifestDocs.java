package dev.belay.manifest;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.JsonSchema;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.text.Code;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/// The manual of the manifest, made of the declarations that check it: what `belay docs SECTION`
/// prints, the page in `docs/reference/`, and the JSON Schema for editors.
public final class ManifestDocs {
    private ManifestDocs() {}

    /// Names of all sections, the whole file first.
    public static List<String> sections() {
        return List.copyOf(all().keySet());
    }

    /// One section, in Markdown that also reads well on a terminal.
    public static Optional<String> section(String name) {
        return Optional.ofNullable(all().get(name)).map(ManifestDocs::page);
    }

    /// All sections as one page.
    public static String manual() {
        String intro =
                """
                # The manifest

                `belay.yaml` describes a platform. This page, the checks and the JSON Schema
                ([belay.schema.json](belay.schema.json)) come from the same declarations; `belay docs SECTION` prints a section.

                Later wins: `defaults`, the component, the environment's `components`, the environment's files, the command line.
                Maps merge, lists replace, `null` removes. `include` adds and never overrides. Keys that start with `x-` are yours.
                `${NAME}` stands for a variable and is resolved when it is used. Commands are split like a POSIX shell splits them,
                and not expanded; a shell is named where one is wanted: `[sh, -c, "…"]`.

                Keys marked *not yet* are checked and kept, but an environment that has one is refused: this version cannot enforce it.

                """;
        return intro
                + all().values().stream().map(ManifestDocs::page).collect(Collectors.joining("\n"));
    }

    /// The JSON Schema (2020-12).
    public static String schema() {
        return JsonSchema.of(PlatformSections.MANIFEST);
    }

    /// What can be wrong: a table of codes and what they mean.
    public static String problems() {
        var table = new StringBuilder("| Code | Means |\n|---|---|\n");
        for (Code code : Code.values()) {
            table.append("| `").append(code.text()).append("` | ");
            table.append(code.meaning()).append(" |\n");
        }
        return table.toString();
    }

    static SequencedMap<String, Fields<?>> all() {
        SequencedSet<Fields<?>> found = new LinkedHashSet<>();
        Fields.gather(PlatformSections.MANIFEST, found);
        SequencedMap<String, Fields<?>> byName = new LinkedHashMap<>();
        for (Fields<?> section : found) {
            if (byName.put(section.name(), section) != null) {
                throw new IllegalStateException("two sections are called " + section.name());
            }
        }
        return byName;
    }

    private static String page(Fields<?> section) {
        var page = new StringBuilder("## " + section.name() + "\n\n" + section.about() + "\n\n");
        if (!section.oneOf().isEmpty()) {
            String keys =
                    section.oneOf().stream()
                            .map(k -> "`" + k + "`")
                            .collect(Collectors.joining(", "));
            page.append("Has one of ").append(keys).append(".\n\n");
        }
        section.keys().values().forEach(key -> page.append(line(key)));
        page.append("\n```yaml\n").append(section.example()).append("\n```\n");
        return page.toString();
    }

    private static String line(Key<?> key) {
        String fallback = key.fallback();
        boolean tells = fallback != null && !List.of("", "[]", "{}").contains(fallback);
        String when = key.required() ? "; must be there" : tells ? "; else `" + fallback + "`" : "";
        String later = key.notYet() ? " *(not yet)*" : "";
        return "- `%s`%s: %s (%s%s)\n"
                .formatted(key.name(), later, key.about(), key.shape().type(), when);
    }
}
