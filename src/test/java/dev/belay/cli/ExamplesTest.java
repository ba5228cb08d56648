package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.Manifest;
import dev.belay.manifest.Manifests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every example is in order, in each of its environments.
class ExamplesTest {
    static List<Path> examples() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("examples"))) {
            return folders.filter(one -> Files.exists(one.resolve("belay.yaml"))).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_environment_passes_its_check(Path example) throws IOException {
        Manifest manifest =
                Manifests.good(example, Files.readString(example.resolve("belay.yaml")));
        assertThat(manifest.environments()).isNotEmpty();
        for (String environment : manifest.environments()) {
            assertThat(check(example, environment)).startsWith("0 ").contains("is in order");
        }
    }

    private static String check(Path folder, String environment) {
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var terminal = new Terminal(out, out, false, false);
        var context = new Context(terminal, folder.toAbsolutePath(), Map.of());
        int code = new CommandTree(context).run("check", environment);
        return code + " " + bytes.toString(StandardCharsets.UTF_8);
    }
}
