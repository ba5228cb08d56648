package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.cluster.ObjectRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// `belay render kubernetes`, of two of the examples with an environment in a cluster added. What
/// it is to print lies in `src/test/resources/kubernetes`; `-Dwrite-reference=true` writes it.
class RenderKubernetesTest {
    private static final Path KEPT = Path.of("src/test/resources/kubernetes");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path folder;

    private void example(String name) throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                Files.readString(Path.of("examples", name, "belay.yaml"))
                        + Files.readString(KEPT.resolve(name + ".environment.yaml")));
    }

    private int run(String... words) {
        out.reset();
        err.reset();
        var terminal =
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        false);
        return Main.run(new Context(terminal, folder, Map.of("API_KEY", "hush-hush")), words);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> objects(String yaml) {
        var objects = new ArrayList<Map<String, Object>>();
        new Load(LoadSettings.builder().build())
                .loadAllFromString(yaml)
                .forEach(one -> objects.add((Map<String, Object>) one));
        return objects;
    }

    @ParameterizedTest
    @ValueSource(strings = {"maily", "teei"})
    void an_example_is_what_it_was(String name) throws IOException {
        example(name);
        assertThat(run("render", "kubernetes", "cluster")).as(complained()).isZero();
        Path kept = KEPT.resolve(name + ".yaml");
        if (Boolean.getBoolean("write-reference")) {
            Files.writeString(kept, said());
        }
        assertThat(said()).isEqualTo(Files.readString(kept));
        String once = said();
        run("render", "kubernetes", "cluster");
        assertThat(said()).isEqualTo(once);
    }

    @ParameterizedTest
    @ValueSource(strings = {"maily", "teei"})
    void an_api_server_would_take_it_in_every_version(String name) throws IOException {
        example(name);
        for (String version : List.of("1.20", "1.22", "1.24", "1.29", "1.37")) {
            assertThat(run("render", "kubernetes", "cluster", "--cluster-version", version))
                    .isZero();
            List<Map<String, Object>> objects = objects(said());
            assertThat(objects)
                    .hasSizeGreaterThan(20)
                    .allSatisfy(object -> assertThat(ObjectRules.broken(object)).isEmpty());
        }
    }

    @Test
    void no_value_of_a_secret_is_in_it() throws IOException {
        example("teei");
        Files.writeString(folder.resolve("cluster.env"), "JWT_SECRET=hush-hush\n");
        assertThat(run("render", "kubernetes", "cluster", "--set", "env-file=cluster.env"))
                .as(complained())
                .isZero();
        assertThat(said())
                .contains("kubectl create secret generic api-gateway-")
                .contains("  API_KEY, BUDDY_SERVICE_URL, JWT_SECRET, REDIS_URL, REPORTING_URL,")
                .doesNotContain("hush-hush");
    }

    @Test
    void a_folder_gets_a_file_for_each_object_and_nothing_of_it_is_overwritten()
            throws IOException {
        example("maily");
        assertThat(run("render", "kubernetes", "cluster", "--output", "out/all")).isZero();
        assertThat(said()).contains("`out/all` has ");
        try (Stream<Path> files = Files.list(folder.resolve("out/all"))) {
            List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(names)
                    .startsWith("00-namespace-maily.yaml", "01-serviceaccount-campaigns.yaml")
                    .endsWith("README.txt");
            var text = new StringBuilder();
            for (String name : names.subList(0, names.size() - 1)) {
                text.append(Files.readString(folder.resolve("out/all").resolve(name)));
            }
            run("render", "kubernetes", "cluster");
            assertThat(objects(text.toString())).hasSameElementsAs(objects(said()));
        }
        assertThat(run("render", "kubernetes", "cluster", "--output", "out"))
                .isEqualTo(ExitCode.WAITING.number());
        assertThat(complained()).contains("has something in it, and stays as it is");
    }

    @Test
    void what_is_none_of_a_cluster_is_refused() throws IOException {
        example("maily");
        assertThat(run("render", "kubernetes", "production")).isEqualTo(ExitCode.WAITING.number());
        assertThat(complained()).contains("`production` is not in a Kubernetes cluster");
        assertThat(run("render", "kubernetes", "cluster", "--cluster-version", "1.19"))
                .isEqualTo(ExitCode.PROBLEM.number());
        assertThat(complained()).contains("`1.19` is no version of Kubernetes from 1.20 on");
        assertThat(run("render", "kubernetes", "clutser")).isEqualTo(ExitCode.PROBLEM.number());
        assertThat(complained()).contains("did you mean `cluster`?");
        assertThat(run("render")).isEqualTo(ExitCode.PROBLEM.number());
    }

    @Test
    void json_is_the_same_for_programs() throws IOException {
        example("maily");
        assertThat(run("render", "kubernetes", "cluster", "--json")).isZero();
        assertThat(said()).startsWith("{\"remarks\":[").contains("\"file\":\"00-namespace-maily");
    }

    @Test
    void what_runs_by_the_clock_can_be_released() throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: maily
                components:
                  night: {kind: job, run: ./night, image: night:1}
                environments:
                  cluster:
                    target: kubernetes
                    components: {night: {schedule: '0 3 * * *'}}
                """);
        assertThat(run("check", "cluster")).as(said() + complained()).isZero();
    }
}
