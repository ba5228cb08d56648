package dev.belay.server.operations;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.manifest.EnvironmentView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said of an artifact that was built for another environment.
class ForeignValuesTest {
    private static final String MANIFEST =
            """
            platform: shop
            components:
              web:
                kind: frontend
                static: dist
                port: 3000
                public: {values: {API_URL: "http://localhost:3017", MODE: development, KEY: short1}}
            environments:
              local: {target: process}
              staging:
                target: process
                components:
                  web:
                    public:
                      values: {API_URL: "https://api.staging.example.org", MODE: staging}
              production:
                target: process
                components:
                  web:
                    public:
                      values: {API_URL: "https://api.example.org", MODE: production}
            """;

    @TempDir private Path folder;
    private Path dist;

    @BeforeEach
    void make() throws IOException {
        dist = Files.createDirectories(folder.resolve("dist"));
        write("index.html", "<script src=/env.js></script>");
    }

    private void write(String name, String content) throws IOException {
        Path file = dist.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private List<String> notes(String environment, String text) throws IOException {
        var manifest = good(folder, text);
        List<EnvironmentView> all =
                manifest.environments().stream().map(name -> view(manifest, name)).toList();
        EnvironmentView view = view(manifest, environment);
        var store = new ArtifactStore(folder.resolve("store"));
        try (var tar = store.read(store.put(dist, List.of()))) {
            return ForeignValues.notes(view.component("web"), view, all, tar);
        }
    }

    @Test
    void another_environments_address_is_told_with_its_file() throws IOException {
        write("assets/app-1.js", "fetch(`https://api.staging.example.org/kudos`)");
        assertThat(notes("production", MANIFEST))
                .containsExactly(
                        "`web`: `assets/app-1.js` holds `API_URL` of `staging`, and is served in"
                                + " `production`: let it read `/env.js` instead");
        assertThat(notes("staging", MANIFEST)).isEmpty();
        assertThat(notes("local", MANIFEST)).hasSize(1);
    }

    @Test
    void what_is_anywhere_or_ones_own_or_part_of_another_word_is_not() throws IOException {
        write(
                "assets/app-1.js",
                """
                if (mode !== "production" && mode !== "development" && "short1") {
                  fetch("https://api.example.organic"); fetch("xhttps://api.example.org");
                }
                """);
        for (String environment : List.of("local", "staging", "production")) {
            assertThat(notes(environment, MANIFEST)).as(environment).isEmpty();
        }
        // It is the beginning of one's own, so nobody could tell.
        write("assets/app-1.js", "fetch(\"https://api.example.org/v2\")");
        String longer =
                MANIFEST.replace("https://api.staging.", "https://api.example.org/staging.");
        assertThat(notes("staging", longer)).isEmpty();
        assertThat(notes("production", MANIFEST)).isEmpty();
    }

    @Test
    void the_developers_own_values_are_not_served_and_so_only_told_of() throws IOException {
        write("env.js", "globalThis.__ENV = {API_URL: \"http://localhost:3017\"}");
        assertThat(notes("production", MANIFEST))
                .containsExactly(
                        "`web`: `env.js` of its artifact is not served, the values of `production`"
                                + " are in its place");
    }

    @Test
    void without_values_of_its_own_it_is_told_where_they_would_be() throws IOException {
        write("assets/app-1.js", "https://api.example.org");
        String text =
                MANIFEST.replace(
                        "  local: {target: process}",
                        "  local: {target: process, components: {web: {public: null}}}");
        assertThat(notes("local", text))
                .containsExactly(
                        "`web`: `assets/app-1.js` holds `API_URL` of `production`, and is served in"
                                + " `local`: say under `public` what it is to read at run time");
    }
}
