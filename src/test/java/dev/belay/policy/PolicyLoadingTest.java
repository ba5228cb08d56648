package dev.belay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library for expressions costs a platform nothing that has no policies: the start of the
/// command line is a measured promise.
class PolicyLoadingTest {
    private static final String PLATFORM =
            """
            platform: small
            components:
              api: {kind: service, build: {output: app}, run: sh run.sh, port: 3000}
            environments:
              local: {target: process POLICIES}
            """;

    @TempDir private Path folder;

    /// Names of the classes that `belay check` loads.
    private String loaded(String policies) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("app"));
        Files.writeString(folder.resolve("belay.yaml"), PLATFORM.replace(" POLICIES", policies));
        Path log = folder.resolve("classes.log");
        Process process =
                new ProcessBuilder(
                                List.of(
                                        ProcessHandle.current().info().command().orElseThrow(),
                                        "-Xlog:class+load:file=" + log,
                                        "--sun-misc-unsafe-memory-access=allow",
                                        "-cp",
                                        Stream.of(
                                                        System.getProperty("java.class.path")
                                                                .split(File.pathSeparator, -1))
                                                .map(entry ->
                                                        Path.of(entry).toAbsolutePath().toString())
                                                .collect(Collectors.joining(File.pathSeparator)),
                                        "dev.belay.cli.Main",
                                        "check"))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("out")))
                .contains(policies.isEmpty() ? "is in order" : "production/soak")
                .doesNotContain("WARNING");
        return Files.readString(log);
    }

    @Test
    void nothing_of_it_is_loaded_where_nobody_has_policies() throws Exception {
        assertThat(loaded(""))
                .contains("dev.belay.cli.Main")
                .doesNotContain(" dev.cel.")
                .doesNotContain(" com.google.protobuf.")
                .doesNotContain(" com.google.common.")
                .doesNotContain(" dev.belay.policy.");
        assertThat(loaded(", policies: [production]")).contains(" dev.cel.");
    }
}
