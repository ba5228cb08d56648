package dev.belay.driver.archive;

import dev.belay.driver.backup.DataFailure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Runs a tool to its end: arguments one by one, no shell, nothing inherited. What it prints may be
/// long, and so goes into a file.
final class ToolRun {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG", "C.UTF-8");
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/local/bin"), Path.of("/usr/bin"), Path.of("/bin"));
    private static final int SAID_MAX = 400;
    private static final int LINES_MAX = 3;
    private static final int ENDS_SECONDS = 5;

    private ToolRun() {}

    /// How it ended.
    ///
    /// @param said what it complained about
    record Ended(int status, String said) {
        boolean isGood() {
            return status == 0;
        }
    }

    /// The same, with what it printed.
    record Answer(Ended ended, String output) {}

    /// That the program is there.
    static void find(String program) throws DataFailure {
        if (PLACES.stream().noneMatch(one -> Files.isExecutable(one.resolve(program)))) {
            throw new DataFailure(
                    "this machine has no `" + program + "`, which keeps the archive",
                    "sudo apt-get install " + program);
        }
    }

    static Answer ask(List<String> command, Duration within)
            throws DataFailure, InterruptedException {
        try {
            Path output = Files.createTempFile("archive-", ".out");
            try {
                Ended ended = run(command, within, output);
                // What it quotes need not be text.
                String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
                return new Answer(ended, text);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw lost(command, e);
        }
    }

    /// Runs it when what it prints is not to be read here.
    ///
    /// @param output where that goes
    static Ended into(Path output, List<String> command, Duration within)
            throws DataFailure, InterruptedException {
        try {
            return run(command, within, output);
        } catch (IOException e) {
            throw lost(command, e);
        }
    }

    private static Ended run(List<String> command, Duration within, Path output)
            throws IOException, DataFailure, InterruptedException {
        Path said = Files.createTempFile("archive-", ".err");
        var builder =
                new ProcessBuilder(command)
                        .directory(new File("/"))
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(output.toFile())
                        .redirectError(said.toFile());
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        try {
            Process process = builder.start();
            try {
                if (!process.waitFor(within.toSeconds(), TimeUnit.SECONDS)) {
                    throw new DataFailure(
                            "`%s` did not end within %d minutes"
                                    .formatted(command.getFirst(), within.toMinutes()),
                            "");
                }
                return new Ended(
                        process.exitValue(), Files.readString(said, StandardCharsets.ISO_8859_1));
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                // It may still write where somebody is about to delete.
                process.onExit().completeOnTimeout(process, ENDS_SECONDS, TimeUnit.SECONDS).join();
            }
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static DataFailure lost(List<String> command, IOException e) {
        String text = String.valueOf(e.getMessage());
        return new DataFailure(
                "`" + command.getFirst() + "` cannot be run: " + text,
                text.contains("No space left") ? "make room on the disk" : "",
                e);
    }

    /// What a tool says, on one line, without what no terminal should be sent.
    static String brief(String said) {
        String line =
                said.lines()
                        .map(String::strip)
                        .filter(one -> !one.isEmpty())
                        .limit(LINES_MAX)
                        .collect(Collectors.joining("; "))
                        .replaceAll("[^\\x20-\\x7E]+", "?");
        return line.length() > SAID_MAX ? line.substring(0, SAID_MAX) + "…" : line;
    }
}
