package dev.belay.driver.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.artifact.BuildResult.BuildFailed;
import dev.belay.driver.artifact.BuildResult.Built;
import dev.belay.driver.artifact.BuildResult.Unmatched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuilderTest {
    private static final String COUNTS =
            "echo run >> ../runs; mkdir -p dist; cat src/* > dist/all; echo $GREETING >> dist/all";

    @TempDir private Path folder;
    private Path platform;
    private ArtifactStore store;
    private Builder builder;

    @BeforeEach
    void start() throws IOException {
        platform = Files.createDirectories(folder.resolve("platform"));
        store = new ArtifactStore(folder.resolve("store"));
        builder = new Builder(store, folder.resolve("builds"));
        write("src/a", "one\n");
    }

    @Test
    void the_output_of_the_command_is_the_artifact() throws IOException {
        var built = (Built) builder.build(order(COUNTS, List.of("src/**")));

        assertThat(built.reused()).isFalse();
        assertThat(store.unpack(built.artifact()).resolve("all")).hasContent("one\nhello");
    }

    @Test
    void unchanged_inputs_are_built_once() throws IOException {
        var first = (Built) builder.build(order(COUNTS, List.of("src/**")));
        write("README", "not an input");
        var second = (Built) builder.build(order(COUNTS, List.of("src/**")));

        assertThat(second).isEqualTo(new Built(first.artifact(), true));
        assertThat(folder.resolve("runs")).hasContent("run");

        write("src/a", "two\n");
        var third = (Built) builder.build(order(COUNTS, List.of("src/**")));
        assertThat(third.artifact()).isNotEqualTo(first.artifact());
        assertThat(folder.resolve("runs")).hasContent("run\nrun");
    }

    @Test
    void inputs_that_name_no_file_are_told_before_anything_is_run() throws IOException {
        write("lib/b", "b");
        write("dist/old", "an output is no input");

        var inputs = List.of("src/**", "scr/**", "lib", "dist/**", "src/[", "");

        assertThat(builder.build(order(COUNTS, inputs)))
                .isEqualTo(new Unmatched(List.of("scr/**", "lib", "dist/**", "src/[", "")));
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void files_that_are_gone_since_the_last_build_are_no_reason_to_call_it_unchanged()
            throws IOException {
        builder.build(order(COUNTS, List.of("src/**")));
        Files.delete(platform.resolve("src/a"));

        assertThat(builder.build(order(COUNTS, List.of("src/**"))))
                .isEqualTo(new Unmatched(List.of("src/**")));
    }

    @Test
    void any_number_of_folders_is_none_as_well() throws IOException {
        var first = (Built) builder.build(order(COUNTS, List.of("src/**/a")));
        write("src/deep/deeper/a", "is an input, too");
        assertThat(((Built) builder.build(order(COUNTS, List.of("src/**/a")))).reused()).isFalse();
        write("src/a", "two\n");

        var last = (Built) builder.build(order(COUNTS, List.of("src/**/a")));

        assertThat(last.artifact()).isNotEqualTo(first.artifact());
    }

    @Test
    void a_build_is_run_again_when_its_artifact_is_gone_or_its_inputs_are_unknown()
            throws IOException {
        var first = (Built) builder.build(order(COUNTS, List.of("src/**")));
        store.collect(_ -> false, Duration.ZERO);
        assertThat(builder.build(order(COUNTS, List.of("src/**"))))
                .isEqualTo(new Built(first.artifact(), false));

        builder.build(order(COUNTS, List.of()));
        builder.build(order(COUNTS, List.of()));
        assertThat(folder.resolve("runs")).hasContent("run\nrun\nrun\nrun");
    }

    @Test
    void a_failing_build_shows_its_last_fifty_lines() {
        var failed =
                (BuildFailed)
                        builder.build(
                                order(
                                        "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i;"
                                                + " done; exit 7",
                                        List.of("src/**")));

        assertThat(failed.reason()).isEqualTo("`api` was not built: the build ended with status 7");
        assertThat(failed.hint())
                .startsWith("run `/bin/sh -c 'i=0; while [ $i -lt 60 ]")
                .contains("; exit 7'` in `" + platform + "`");
        assertThat(failed.lastLines())
                .isEqualTo(IntStream.rangeClosed(11, 60).mapToObj(i -> "line " + i).toList());
    }

    @Test
    void files_of_variables_never_get_into_an_artifact() throws IOException {
        Path files = Files.createDirectories(platform.resolve("dist"));
        for (String name : List.of(".env", ".env.local", ".env.example", "main.js")) {
            Files.writeString(files.resolve(name), name);
        }
        Files.writeString(platform.resolve("production.env"), "KEY=secret");
        var built = (Built) builder.build(order("true", List.of()));
        Path unpacked = store.unpack(built.artifact());
        assertThat(unpacked.toFile().list()).containsExactlyInAnyOrder(".env.example", "main.js");

        var whole =
                new BuildOrder(
                        "api",
                        platform,
                        platform,
                        List.of(),
                        ".",
                        List.of(),
                        Set.of(Path.of("production.env"), Path.of("state")),
                        Map.of(),
                        Duration.ofSeconds(20));
        write("state/journal.db", "");
        var all = (Built) builder.build(whole);
        assertThat(store.unpack(all.artifact()).toFile().list())
                .contains("dist")
                .doesNotContain("production.env", "state");
    }

    @Test
    void what_is_kept_back_is_no_source_either() throws IOException {
        var first = (Built) builder.build(order(COUNTS, List.of("**")));
        write("belay.yaml", "platform: another");
        write("state/journal.db", "grown");
        assertThat(builder.build(order(COUNTS, List.of("**"))))
                .isEqualTo(new Built(first.artifact(), true));
    }

    @Test
    void a_build_that_hangs_is_killed_with_its_children() {
        var order =
                new BuildOrder(
                        "api",
                        platform,
                        platform,
                        List.of("/bin/sh", "-c", "sleep 1000 & echo $!; wait"),
                        "dist",
                        List.of(),
                        Set.of(),
                        Map.of(),
                        Duration.ofMillis(500));

        var failed = (BuildFailed) builder.build(order);

        assertThat(failed.reason()).contains("did not end within");
        long child = Long.parseLong(failed.lastLines().getFirst());
        ProcessHandle.of(child)
                .ifPresent(
                        left -> assertThat(left.onExit()).succeedsWithin(Duration.ofSeconds(20)));
    }

    @Test
    void a_missing_output_or_program_is_named() {
        assertThat(((BuildFailed) builder.build(order("true", List.of()))).reason())
                .isEqualTo("`api` was not built: there is no `dist` after the build");
        var order =
                new BuildOrder(
                        "api",
                        platform,
                        platform,
                        List.of("pnmp", "build"),
                        "dist",
                        List.of(),
                        Set.of(Path.of("production.env")),
                        Map.of(),
                        Duration.ofSeconds(20));
        assertThat(((BuildFailed) builder.build(order)).reason())
                .contains("`pnmp` cannot be run in");
    }

    @Test
    void a_file_can_be_the_artifact_and_nothing_beside_it() throws IOException {
        write("dist/app.jar", "jar");
        write("dist/other", "no");
        var order =
                new BuildOrder(
                        "api",
                        platform,
                        platform,
                        List.of(),
                        "dist/app.jar",
                        List.of(),
                        Set.of(Path.of("production.env")),
                        Map.of(),
                        Duration.ofSeconds(20));

        Path unpacked = store.unpack(((Built) builder.build(order)).artifact());

        assertThat(unpacked.resolve("app.jar")).hasContent("jar");
        assertThat(unpacked.resolve("other")).doesNotExist();
    }

    @Test
    void what_its_environment_got_into_is_known_by_its_source() throws IOException {
        BuildOrder hello = order(COUNTS, List.of("src/**"));
        BuildOrder bye = order(COUNTS, List.of("src/**"), Map.of("GREETING", "bye"));
        var first = (Built) builder.build(hello);
        var second = (Built) builder.build(bye);
        assertThat(second.artifact()).isNotEqualTo(first.artifact());
        assertThat(builder.source(hello)).isEqualTo(builder.source(bye));
        assertThat(builder.sources(first.artifact())).containsExactly(builder.source(hello));
        assertThat(builder.sources(second.artifact())).containsExactly(builder.source(hello));

        write("src/.note", "makes no difference to what is built");
        assertThat(((Built) builder.build(hello)).artifact()).isEqualTo(first.artifact());
        assertThat(builder.sources(first.artifact())).hasSize(2).contains(builder.source(hello));
        assertThat(builder.sources(second.artifact())).doesNotContain(builder.source(hello));

        builder.forget(Set.of(first.artifact()));
        assertThat(builder.sources(first.artifact())).isEmpty();
        var plain =
                (Built)
                        builder.build(
                                order("mkdir -p dist; cp src/a dist", List.of("src/**"), Map.of()));
        assertThat(builder.sources(plain.artifact())).isEmpty();
    }

    private BuildOrder order(String script, List<String> inputs) {
        return order(script, inputs, Map.of("GREETING", "hello"));
    }

    private BuildOrder order(String script, List<String> inputs, Map<String, String> environment) {
        return new BuildOrder(
                "api",
                platform,
                platform,
                List.of("/bin/sh", "-c", script),
                "dist",
                inputs,
                Set.of(Path.of("production.env"), Path.of("belay.yaml"), Path.of("state")),
                environment,
                Duration.ofSeconds(20));
    }

    private void write(String name, String content) throws IOException {
        Path file = platform.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
