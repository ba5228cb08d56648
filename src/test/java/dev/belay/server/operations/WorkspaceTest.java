package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.scan.ChangedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
    @TempDir private Path root;

    @BeforeEach
    void packages() throws IOException {
        write(
                "pnpm-workspace.yaml",
                "packages:\n  - packages/*\n  - 'services/**'\n  - '!**/old'\n");
        write("pnpm-lock.yaml", "lockfileVersion: 9\n");
        named("packages/schema", "@shop/schema", "{}");
        named("packages/sdk", "@shop/sdk", "{\"@shop/schema\": \"workspace:*\"}");
        named("packages/paint", "@shop/paint", "{\"left-pad\": \"1.0.0\"}");
        named("packages/old", "@shop/old", "{}");
        named(
                "services/orders",
                "orders",
                "{\"@shop/sdk\": \"workspace:^\", \"@shop/old\": \"1\"}");
        named("services/bills", "bills", "{\"x\": \"file:../../packages/schema\"}");
        named("services/bills/node_modules/@shop/paint", "@shop/paint", "{\"orders\": \"*\"}");
        named("outside/thing", "thing", "{}");
    }

    private void named(String folder, String name, String needs) throws IOException {
        write(
                folder + "/package.json",
                "{\n\t\"name\": \"" + name + "\",\n\t\"dependencies\": " + needs + "\n}\n");
    }

    private void write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private PackageGraph graph() throws IOException {
        return PackageGraph.read(root).orElseThrow();
    }

    @Test
    void a_component_is_built_of_its_package_and_of_all_that_this_uses() throws IOException {
        assertThat(graph().folders("services/orders"))
                .containsExactly("services/orders", "packages/sdk", "packages/schema");
        assertThat(graph().folders("services/bills/src"))
                .containsExactly("services/bills", "packages/schema");
        assertThat(graph().folders("packages/paint")).containsExactly("packages/paint");
        assertThat(graph().shared()).containsExactly("pnpm-workspace.yaml", "pnpm-lock.yaml");
    }

    @Test
    void what_the_workspace_does_not_name_is_no_package() throws IOException {
        assertThat(graph().folders("outside/thing")).isEmpty();
        assertThat(graph().folders("packages/old")).isEmpty();
        assertThat(graph().folders(".")).isEmpty();
    }

    @Test
    void packages_that_use_each_other_are_built_together() throws IOException {
        named("packages/schema", "@shop/schema", "{\"@shop/sdk\": \"workspace:*\"}");
        assertThat(graph().folders("packages/schema"))
                .containsExactly("packages/schema", "packages/sdk");
    }

    @Test
    void npm_and_yarn_say_it_in_the_package_file() throws IOException {
        Files.delete(root.resolve("pnpm-workspace.yaml"));
        assertThat(PackageGraph.read(root)).isEmpty();

        write("package.json", "{\"workspaces\": [\"./packages/*/\", \"services/*\"]}");
        assertThat(graph().folders("services/orders"))
                .containsExactly(
                        "services/orders", "packages/old", "packages/sdk", "packages/schema");
        write("package.json", "{\"workspaces\": {\"packages\": [\"services/*\"]}}");
        assertThat(graph().folders("services/orders")).containsExactly("services/orders");
    }

    @Test
    void a_file_that_cannot_be_read_is_said_to_be_so() throws IOException {
        write("packages/sdk/package.json", "{\"name\": ");
        assertThatThrownBy(() -> PackageGraph.read(root))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("`packages/sdk/package.json` cannot be read");
    }

    @Test
    void a_change_touches_exactly_who_is_built_of_it() throws Exception {
        git("init", "-q");
        git("add", "-A");
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "all");
        Map<String, List<String>> sources =
                Map.of(
                        "orders", List.of("services/orders/**", "packages/schema/**"),
                        "bills", List.of("services/bills/**", "packages/schema/**"),
                        "page", List.of("page/**/*.js", "index.html"));
        assertThat(TouchedComponents.since(root, "HEAD", sources)).isEmpty();

        write("packages/schema/new.ts", "export const a = 1;\n");
        assertThat(TouchedComponents.since(root, "HEAD", sources))
                .containsExactly("bills", "orders");
        write("page/app.js", "1\n");
        Files.delete(root.resolve("packages/schema/new.ts"));
        Files.delete(root.resolve("services/orders/package.json"));
        assertThat(TouchedComponents.since(root, "HEAD", sources))
                .containsExactly("orders", "page");
        for (String bad : List.of("--output=x", "a..b", "no-such", "")) {
            assertThatThrownBy(() -> ChangedFiles.since(root, bad)).isInstanceOf(IOException.class);
        }
    }

    private void git(String... words) throws Exception {
        var command = new java.util.ArrayList<>(List.of("git", "-C", root.toString()));
        command.addAll(List.of(words));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
