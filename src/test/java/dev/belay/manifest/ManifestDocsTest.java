package dev.belay.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.shape.Check;
import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.manifest.text.TextFile;
import dev.belay.manifest.text.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The manual, the schema and the checks say the same. `-Dwrite-reference=true` writes the files.
class ManifestDocsTest {
    /// Sections whose parts are whole only when they are merged.
    private static final List<String> LAYERS = List.of("manifest", "defaults", "environment");

    private static final Path REFERENCE = Path.of("docs/reference");

    @Test
    void the_published_files_are_up_to_date() throws IOException {
        if (Boolean.getBoolean("write-reference")) {
            Files.createDirectories(REFERENCE);
            Files.writeString(REFERENCE.resolve("manifest.md"), ManifestDocs.manual());
            Files.writeString(REFERENCE.resolve("belay.schema.json"), ManifestDocs.schema());
        }
        assertThat(REFERENCE.resolve("manifest.md")).hasContent(ManifestDocs.manual());
        assertThat(REFERENCE.resolve("belay.schema.json")).hasContent(ManifestDocs.schema());
    }

    @Test
    void every_code_has_its_line_in_the_manual_of_problems() throws IOException {
        assertThat(Files.readString(REFERENCE.resolve("problems.md")))
                .contains(ManifestDocs.problems());
    }

    @Test
    void every_example_is_in_order() {
        for (Fields<?> section : ManifestDocs.all().values()) {
            var complaints = new Complaints();
            var file = new TextFile(section.name(), section.example());
            Node example = YamlReader.read(file, complaints).orElseThrow();
            section.check(example, section.name(), Check.ofLayer(complaints));
            assertThat(complaints.inOrder()).as(section.name()).isEmpty();
            if (!LAYERS.contains(section.name())) {
                section.check(example, section.name(), Check.ofWhole(complaints));
            }
            assertThat(complaints.inOrder()).as(section.name()).isEmpty();
        }
    }

    @Test
    void what_stands_for_an_absent_key_is_in_order() {
        for (Fields<?> section : ManifestDocs.all().values()) {
            section.keys().values().stream()
                    .filter(key -> key.fallback() != null && !"".equals(key.fallback()))
                    .forEach(key -> {
                        var complaints = new Complaints();
                        Node node = Node.builtIn(String.valueOf(key.fallback()));
                        key.shape().check(node, key.name(), Check.ofWhole(complaints));
                        assertThat(complaints.inOrder()).as(key.name()).isEmpty();
                    });
        }
    }

    @Test
    void the_schema_knows_every_key_and_every_reference_leads_somewhere() {
        JsonNode schema = JsonMapper.shared().readTree(ManifestDocs.schema());
        for (Fields<?> section : ManifestDocs.all().values()) {
            JsonNode definition = schema.path("$defs").path(section.name());
            assertThat(definition.path("properties").propertyNames())
                    .containsExactlyInAnyOrderElementsOf(section.keys().keySet());
        }
        var references =
                Pattern.compile("\"#/\\$defs/([^\"]+)\"")
                        .matcher(ManifestDocs.schema())
                        .results()
                        .map(result -> result.group(1))
                        .collect(Collectors.toSet());
        assertThat(ManifestDocs.sections()).containsAll(references);
    }

    @Test
    void the_schema_rules_out_what_a_kind_does_not_have() {
        JsonNode rules =
                JsonMapper.shared()
                        .readTree(ManifestDocs.schema())
                        .path("$defs")
                        .path("component")
                        .path("allOf");
        assertThat(rules).hasSize(5);
        for (JsonNode rule : rules) {
            String kind = rule.at("/if/properties/kind/const").stringValue();
            JsonNode ruledOut = rule.at("/then/properties");
            for (String key : ComponentSection.COMPONENT.keys().keySet()) {
                boolean has =
                        ComponentSection.has(
                                ComponentSection.KindWord.valueOf(kind.toUpperCase(Locale.ROOT)),
                                key);
                assertThat(ruledOut.has(key)).as(kind + " " + key).isEqualTo(!has);
            }
        }
    }

    @Test
    void a_section_says_what_a_key_takes_and_what_it_is_otherwise() {
        assertThat(ManifestDocs.section("stop").orElseThrow())
                .isEqualTo(
                        """
                        ## stop

                        How an instance is stopped: drained, asked, killed.

                        - `signal`: Signal that asks it to stop. (a signal, such as `TERM`; else `TERM`)
                        - `grace`: Time after the signal until it is killed. (a duration, such as `30s`, `1h30m` or `7d`; else `10s`)
                        - `drain`: Time for requests under way, or for a queue's messages. (a duration, such as `30s`, `1h30m` or `7d`; else `30s`)

                        ```yaml
                        {signal: TERM, grace: 10s, drain: 30s}
                        ```
                        """);
        assertThat(ManifestDocs.section("nonsense")).isEmpty();
    }

    @Test
    void no_code_is_without_a_test() throws IOException {
        var tested = new StringBuilder();
        try (var files = Files.walk(Path.of("src/test/java/dev/belay/manifest"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                tested.append(Files.readString(file));
            }
        }
        var untested = new TreeSet<String>();
        for (Code code : Code.values()) {
            String brief = code.text().replace("manifest/", "");
            if (!tested.toString().contains(brief)) {
                untested.add(brief);
            }
        }
        assertThat(untested).isEmpty();
    }
}
