package dev.belay.manifest.shape;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Writes the JSON Schema of a shape, the same bytes every time. Editors use it; Belay itself
/// checks by the shapes, which also know what a schema cannot say.
public final class JsonSchema {
    private JsonSchema() {}

    /// A schema whose root is a section, every section below it a definition.
    public static String of(Fields<?> root) {
        SequencedSet<Fields<?>> sections = new LinkedHashSet<>();
        Fields.gather(root, sections);
        Map<String, Object> definitions = new TreeMap<>();
        sections.forEach(section -> definitions.put(section.name(), section.definition()));
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "belay.yaml");
        schema.put("$ref", "#/$defs/" + root.name());
        schema.put("$defs", definitions);
        JsonMapper mapper =
                JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                        .build();
        return mapper.writeValueAsString(schema).replace("\r\n", "\n") + "\n";
    }
}
