package dev.belay.tla;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Runs TLC in a process of its own, because it keeps its state in statics and ends its process. It
/// writes only into the folder it is given.
final class Tlc {
    static final Path MODELS = Path.of("src/test/tla").toAbsolutePath();

    private static final Duration TIME_MAX = Duration.ofMinutes(10);

    private Tlc() {}

    /// What TLC said in the end.
    ///
    /// @param code 0 when nothing was found, 12 and 13 for a promise that was broken
    record Report(int code, String output) {}

    /// Looks at every state that a configuration of `Platforms` can reach.
    static Report check(String configuration, Path folder)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseParallelGC",
                                "-Xmx1g",
                                // It unpacks its standard modules there.
                                "-Djava.io.tmpdir=" + folder,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "tlc2.TLC",
                                "-workers",
                                "2",
                                "-metadir",
                                folder.resolve("states").toString(),
                                "-config",
                                configuration + ".cfg",
                                "Platforms.tla")
                        .directory(MODELS.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (!process.waitFor(TIME_MAX)) {
                throw new AssertionError(
                        "TLC was not done within " + TIME_MAX + ":\n" + Files.readString(output));
            }
            return new Report(process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
