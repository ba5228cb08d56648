package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.PublicValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// What is served of public values, as a script sees it that runs.
class PublicTextTest {
    private static final TreeMap<String, String> HOSTILE =
            new TreeMap<>(
                    Map.of(
                            "A", "</script><script>alert(1)</script>",
                            "B", "<!-- <script",
                            "C", "a\u2028b\u2029c\\\"'\n\t",
                            "D", "]]>&amp;",
                            "E", "${X} `$(x)` \\u003c",
                            "F", "",
                            "constructor", "own",
                            "G", "äöü 😀"));

    @TempDir private Path folder;

    private static Map<String, String> texts(String at, String global) {
        return new TreeMap<>(PublicText.of(new PublicValues(at, global, false, HOSTILE)));
    }

    private static Map<String, String> read(String json) {
        return JsonMapper.shared().readValue(json, new TypeReference<TreeMap<String, String>>() {});
    }

    private String node(String program) throws IOException, InterruptedException {
        Process node =
                new ProcessBuilder("node", "-e", program)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(said).isZero();
        return said;
    }

    @Test
    void a_script_sets_what_was_written_whatever_that_is() throws Exception {
        String script = texts("/env.js", "$_ENV").getOrDefault("/env.js", "");
        assertThat(script).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        Files.writeString(folder.resolve("env.js"), script);
        String said =
                node(
                        """
                        require("vm").runInThisContext(require("fs").readFileSync("env.js", "utf8"));
                        try { "use strict"; globalThis.$_ENV.A = "changed"; } catch {}
                        process.stdout.write(JSON.stringify(globalThis.$_ENV));
                        """);
        assertThat(read(said)).isEqualTo(HOSTILE);
    }

    @Test
    void a_map_is_what_was_written_too() {
        String json = texts("/env.json", "").getOrDefault("/env.json", "");
        assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(read(json)).isEqualTo(HOSTILE);
    }

    @Test
    void what_is_kept_comes_back_and_variables_stay_what_they_are() {
        assertThat(PublicText.of(PublicValues.NONE)).isEmpty();
        assertThat(PublicText.of(new PublicValues("", "", true, HOSTILE))).isEmpty();
        var kept = new TreeMap<>(Map.of("LOG_LEVEL", "info"));
        kept.putAll(texts("/a/env.js", "X"));
        assertThat(PublicText.in(kept)).containsOnlyKeys("/a/env.js");
    }
}
