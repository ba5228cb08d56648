package dev.belay.driver.scan;

import dev.belay.driver.scan.CommitScan.NoHistory;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Asks `git` about the repository that a folder lies in. It gets its arguments one by one, and
/// nothing that a repository's configuration names is run.
public final class Git {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int SAID_MAX = 400;
    private static final Duration SHORT = Duration.ofSeconds(20);

    private static final List<String> COMMAND =
            List.of(
                    "git",
                    "--no-pager",
                    "--no-optional-locks",
                    "-c",
                    "core.fsmonitor=false",
                    "-c",
                    "core.hooksPath=/dev/null",
                    "-c",
                    "core.quotePath=false",
                    "-c",
                    "log.showSignature=false");

    private final Path folder;

    /// @param folder that is asked about
    public Git(Path folder) {
        this.folder = folder;
    }

    /// Where a folder stands.
    ///
    /// @param commit its id, in hexadecimal digits
    /// @param changed whether files below the folder are others than in it, or new
    public record Stand(String commit, boolean changed) {}

    /// Where the folder stands; empty when it lies in no repository, has no commit, or nobody can
    /// say.
    ///
    /// @param without a folder whose files do not count, relative to it; may be empty
    public Optional<Stand> stand(String without) {
        try {
            Optional<String> commit = commit("HEAD");
            if (commit.isEmpty()) {
                return Optional.empty();
            }
            var arguments = new ArrayList<>(List.of("status", "--porcelain", "--", "."));
            if (!without.isEmpty()) {
                arguments.add(":(exclude,literal)" + without);
            }
            return Optional.of(new Stand(commit.get(), !said(arguments).isEmpty()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// The id of what is named; empty when there is no such commit.
    Optional<String> commit(String name) throws IOException {
        String said =
                said(
                        List.of(
                                "rev-parse",
                                "--verify",
                                "--quiet",
                                "--end-of-options",
                                name + "^{commit}"));
        return COMMIT.matcher(said).matches() ? Optional.of(said) : Optional.empty();
    }

    private String said(List<String> arguments) throws IOException {
        Process git = start(arguments);
        String said =
                new String(git.getInputStream().readNBytes(SAID_MAX), StandardCharsets.UTF_8)
                        .strip();
        end(git, SHORT);
        return said;
    }

    Process start(List<String> arguments) throws IOException {
        var command = new ArrayList<>(COMMAND);
        command.addAll(arguments);
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        Map<String, String> environment = builder.environment();
        String home = environment.getOrDefault("HOME", "/");
        String programs = environment.getOrDefault("PATH", "/usr/bin:/bin");
        environment.clear();
        environment.putAll(
                Map.of(
                        "PATH", programs,
                        "HOME", home,
                        "LC_ALL", "C",
                        "GIT_TERMINAL_PROMPT", "0",
                        "GIT_NO_LAZY_FETCH", "1"));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new NoHistory("this machine has no `git`, which knows the history");
        }
    }

    static void end(Process git, Duration within) throws IOException {
        try {
            if (!git.waitFor(within.toSeconds(), TimeUnit.SECONDS)) {
                throw new NoHistory("`git` took longer than " + within.toSeconds() + " s");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NoHistory("it was interrupted");
        } finally {
            git.destroyForcibly();
        }
    }
}
