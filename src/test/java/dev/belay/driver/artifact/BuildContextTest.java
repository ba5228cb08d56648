package dev.belay.driver.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is sent for a Dockerfile.
class BuildContextTest {
    @TempDir private Path root;

    private List<String> sent(String dockerfile) throws Exception {
        var order =
                new BuildOrder(
                        "api",
                        root,
                        Path.of("api"),
                        List.of(),
                        "api",
                        List.of(),
                        Set.of(root.resolve("api/belay.yaml")),
                        Map.of(),
                        Duration.ofMinutes(1),
                        new BuildOrder.Image("local", dockerfile));
        var out = new ByteArrayOutputStream();
        BuildContext.write(order, out);
        var names = new ArrayList<String>();
        try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            for (var one = tar.getNextEntry(); one != null; one = tar.getNextEntry()) {
                names.add(one.getName());
            }
        }
        return names;
    }

    private void file(String name, String text) throws Exception {
        Path file = root.resolve("api").resolve(name);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
    }

    @Test
    void secrets_and_what_is_ignored_stay_here_and_the_dockerfile_is_sent() throws Exception {
        for (String name : List.of("main.js", ".env", "belay.yaml", ".git/HEAD", "a/b/keep.log")) {
            file(name, "");
        }
        file("a/b/drop.log", "");
        file("node_modules/left/index.js", "");
        file("build/Dockerfile", "FROM scratch");
        file(".dockerignore", "# ours\n**/*.log\n!a/b/keep.log\n/node_modules\nbuild\n");

        assertThat(sent("build/Dockerfile"))
                .contains("main.js", "build/Dockerfile", "a/b/keep.log", ".dockerignore")
                .noneMatch(name -> name.contains("node_modules"))
                .doesNotContain(".env", "belay.yaml", ".git/", "a/b/drop.log");
        file("build/Dockerfile.dockerignore", "main.js");
        assertThat(sent("build/Dockerfile"))
                .doesNotContain("main.js")
                .contains("a/b/drop.log", "node_modules/left/index.js");
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    *.log,           a.log,        true
                    *.log,           x/a.log,      false
                    **/*.log,        a.log,        true
                    **/*.log,        x/y/a.log,    true
                    **.log,          x/a.log,      true
                    x,               x/y/z,        true
                    x/*,             x/y/z,        true
                    x/**/z,          x/z,          true
                    x/**/z,          x/a/b/z,      true
                    /x,              x,            true
                    ./x/,            x,            true
                    a/../x,          x,            true
                    a?c,             abc,          true
                    a[b-d]c,         acc,          true
                    a[^b-d]c,        acc,          false
                    a*b*c,           aXbYbZc,      true
                    a*b*c,           aXbYbZd,      false
                    \\*,             *,            true
                    x,               xy,           false
                    #x,              #x,           false
                    .,               x,            false
                    """)
    void a_line_goes_with_what_docker_says(String line, String path, boolean out) {
        assertThat(IgnoreFile.read(line).leavesOut(path, false)).isEqualTo(out);
    }

    @Test
    void a_line_of_stars_takes_no_time() {
        String line = "*a".repeat(200) + "b/" + "**/".repeat(100) + "x";
        String path = "a".repeat(4000) + "/" + "y/".repeat(1000) + "z";

        assertThat(IgnoreFile.read(line).leavesOut(path, false)).isFalse();
    }
}
