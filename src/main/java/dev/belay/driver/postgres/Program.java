package dev.belay.driver.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// One of PostgreSQL's own programs while it runs, with the processes that it starts: arguments one
/// by one, no shell, nothing inherited. Closing it ends all of them.
final class Program implements AutoCloseable {
    private static final int SAID_MAX = 8192;
    private static final int KILLED = 128;
    private static final List<String> WAITED =
            List.of("lock timeout", "statement timeout", "could not obtain lock");

    private final String name;
    private final Path said;
    private final Process process;
    private final Set<ProcessHandle> children = new HashSet<>();

    private Program(String name, Path said, Process process) {
        this.name = name;
        this.said = said;
        this.process = process;
    }

    /// @param command the program's path and its arguments
    /// @param output where its standard output goes
    /// @param said where it complains
    static Program start(List<String> command, PostgresAddress address, Path output, Path said)
            throws PostgresFailure {
        String name = Path.of(command.getFirst()).getFileName().toString();
        var environment = new HashMap<>(address.environment());
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("LANG", "C.UTF-8");
        environment.put("PGAPPNAME", "belay/backup");
        var builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(output.toFile())
                        .redirectError(said.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.copyOf(environment));
        try {
            return new Program(name, said, builder.start());
        } catch (IOException e) {
            throw new PostgresFailure(
                    "`" + command.getFirst() + "` cannot be started: " + e.getMessage(),
                    "install PostgreSQL's client programs of the server's version");
        }
    }

    /// It and what it started so far.
    synchronized Set<ProcessHandle> processes() {
        process.toHandle().descendants().forEach(children::add);
        var all = new HashSet<ProcessHandle>(children);
        all.add(process.toHandle());
        return all;
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /// Waits for its end.
    ///
    /// @return what it said, warnings
    String await() throws PostgresFailure, InterruptedException {
        int status = process.waitFor();
        String complaints = said();
        if (status != 0) {
            throw failure(status, complaints);
        }
        return complaints;
    }

    private PostgresFailure failure(int status, String complaints) {
        String how =
                status > KILLED
                        ? "was killed (signal " + (status - KILLED) + ")"
                        : "fails: " + brief(complaints);
        String text = "`" + name + "` " + how;
        // `--lock-wait-timeout` is told as a statement's; the dump itself has none.
        if (WAITED.stream().anyMatch(complaints::contains)) {
            return PostgresFailure.locked(text);
        }
        String hint =
                complaints.contains("No space left") || complaints.contains("Disk quota")
                        ? "make room on the disk"
                        : "";
        return new PostgresFailure(text, hint);
    }

    /// The errors, or all there is, on one line.
    private static String brief(String complaints) {
        List<String> lines = complaints.lines().filter(line -> !line.isBlank()).toList();
        List<String> errors =
                lines.stream()
                        .filter(line -> line.contains("error:") || line.contains("ERROR:"))
                        .toList();
        return (errors.isEmpty() ? lines : errors)
                .stream()
                        .limit(3)
                        .map(String::strip)
                        .map(ServerWords::ofProgram)
                        .collect(Collectors.joining("; "));
    }

    private String said() {
        try {
            byte[] all = Files.readAllBytes(said);
            int from = Math.max(0, all.length - SAID_MAX);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        processes().forEach(ProcessHandle::destroyForcibly);
    }
}
