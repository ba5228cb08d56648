package dev.belay.driver.probe;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs one command to its end, or ends it with all its children when its time is up. No shell, no
/// input, and of its output the last eight kilobytes. A child that it leaves behind with its output
/// open keeps nobody waiting.
public final class CommandRun {
    private static final int OUTPUT_MAX = 8192;
    private static final Duration LOOK = Duration.ofMillis(5);

    /// How it ended.
    public sealed interface Outcome {
        record Exited(int status, String output) implements Outcome {}

        record TimedOut(String output) implements Outcome {}

        record NotStarted(String reason) implements Outcome {}
    }

    private final StringBuilder output = new StringBuilder();

    private CommandRun() {}

    /// Runs `command` in `folder`.
    ///
    /// @param environment all of it: nothing is inherited
    public static Outcome run(
            List<String> command, Path folder, Map<String, String> environment, Duration timeout) {
        if (command.isEmpty()) {
            return new Outcome.NotStarted("the command is empty");
        }
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException | IllegalArgumentException refused) {
            return new Outcome.NotStarted(
                    "`" + command.getFirst() + "` could not be started in " + folder);
        }
        try (InputStream out = process.getInputStream()) {
            return new CommandRun().await(process, out, timeout);
        } catch (IOException lost) {
            return new Outcome.NotStarted("the command's output was lost: " + lost.getMessage());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /// Reads only what is there, because reading on would wait for every child's end.
    private Outcome await(Process process, InputStream out, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                drain(out);
                if (System.nanoTime() - deadline > 0) {
                    return new Outcome.TimedOut(output.toString());
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Outcome.TimedOut(output.toString());
        }
        drain(out);
        return new Outcome.Exited(process.exitValue(), output.toString());
    }

    private void drain(InputStream out) throws IOException {
        // As much as a pipe holds: a command that writes without end must not keep us here.
        int left = 1 << 17;
        for (int there = out.available(); there > 0 && left > 0; there = out.available()) {
            byte[] bytes = out.readNBytes(Math.min(there, 8192));
            left -= bytes.length;
            output.append(new String(bytes, StandardCharsets.UTF_8));
            if (output.length() > OUTPUT_MAX) {
                output.delete(0, output.length() - OUTPUT_MAX);
            }
        }
    }
}
