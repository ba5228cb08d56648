package dev.belay.manifest.draft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifests;
import dev.belay.manifest.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestDraftTest {
    @TempDir Path folder;

    @Test
    void a_workspace_of_many_languages_becomes_a_manifest_that_is_in_order() throws IOException {
        file("package.json", "{\"workspaces\": [\"apps/*\"], \"scripts\": {\"start\": \"x\"}}");
        file(
                "apps/Api Gateway/package.json",
                "{\"scripts\": {\"start\": \"a\", \"build\": \"b\"}}");
        file("apps/Api Gateway/Dockerfile", "FROM scratch\nexpose 3017/tcp\n");
        file("apps/web/package.json", "{\"scripts\": {\"build\": \"vite build\"}}");
        file("apps/web/index.html", "");
        file("apps/web/node_modules/x/package.json", "{\"scripts\": {\"start\": \"no\"}}");
        file("java/pom.xml", "<project></project>");
        file("go/go.mod", "module x");
        file("rust/Cargo.toml", "[package]\nname = \"tool\"\n");
        file("rust/src/main.rs", "");
        file("py/web/requirements.txt", "");
        file("py/web/app.py", "");
        file("broken/package.json", "{");

        EnvironmentView view = drafted();

        assertThat(view.components())
                .containsOnlyKeys("api-gateway", "web", "java", "go", "rust", "web-2");
        Component api = view.component("api-gateway");
        assertThat(((Component.Service) api.kind()).port()).isEqualTo(3017);
        assertThat(api.build().dir()).isEqualTo("apps/Api Gateway");
        assertThat(view.components().values())
                .filteredOn(component -> component.kind() instanceof Component.Frontend)
                .singleElement()
                .extracting(component -> component.build().output())
                .isEqualTo("apps/web/dist");
    }

    @Test
    void one_page_is_a_frontend() throws IOException {
        file("index.html", "");
        assertThat(drafted().components().values())
                .singleElement()
                .extracting(Component::kind)
                .isEqualTo(new Component.Frontend(3000, Strategy.BLUE_GREEN));
    }

    @Test
    void an_empty_folder_gets_an_example() throws IOException {
        assertThat(drafted().components()).containsOnlyKeys("web");
    }

    @Test
    void names_are_made_of_whatever_there_is() {
        assertThat(FolderScan.name("My Äpp_2")).isEqualTo("my-pp-2");
        assertThat(FolderScan.name("123")).isEqualTo("app");
        assertThat(FolderScan.name("x".repeat(99))).hasSize(30);
    }

    private EnvironmentView drafted() throws IOException {
        return Manifests.view(Manifests.good(folder, ManifestDraft.of(folder)), "local");
    }

    private void file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(folder.resolve(name).resolve("..").normalize());
        Files.writeString(file, text);
    }
}
