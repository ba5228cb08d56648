package dev.belay.driver.process;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Life;
import dev.belay.driver.host.Preparation;
import dev.belay.driver.host.Runner;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A command that is asked something and changes nothing. It is waited for, and killed with all
/// that it started when it takes too long.
final class Question {
    private static final Path NOTHING = Path.of("/dev/null");

    private Question() {}

    /// Asks what it prints.
    ///
    /// @param scratch a file that is nobody else's, and is gone afterwards
    static Runner.Printed ask(Preparation.Prepared ready, Duration within, Path scratch)
            throws IOException {
        Path errors = scratch.resolveSibling(scratch.getFileName() + ".errors");
        DurableFile.folder(scratch.resolveSibling(".").normalize());
        try {
            // Files, as a pipe stays open as long as anything that it started in the background.
            int status = run(ready, within, scratch, errors);
            return new Runner.Printed(status, read(scratch), read(errors));
        } finally {
            Files.deleteIfExists(scratch);
            Files.deleteIfExists(errors);
        }
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(Runner.Printed.MAX * 4), StandardCharsets.UTF_8)
                    .strip();
        }
    }

    private static int run(Preparation.Prepared ready, Duration within, Path output, Path errors)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(ready.command());
        builder.environment().clear();
        builder.environment().putAll(ready.environment());
        builder.directory(ready.folder().toFile());
        builder.redirectInput(Redirect.from(NOTHING.toFile()));
        builder.redirectOutput(Redirect.to(output.toFile()));
        builder.redirectError(Redirect.to(errors.toFile()));
        Process process = builder.start();
        try {
            if (process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return Life.NO_STATUS;
    }
}
