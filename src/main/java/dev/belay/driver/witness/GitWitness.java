package dev.belay.driver.witness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Git repository: checkpoints are lines of one file in it, committed, and pushed when the
/// repository has a remote. What was pushed cannot be taken back from here.
public final class GitWitness implements Witness {
    /// The file's name.
    public static final String FILE = "checkpoints.jsonl";

    private static final int SAID_MAX = 300;

    private final Path folder;

    public GitWitness(Path folder) {
        this.folder = folder;
    }

    @Override
    public void keep(List<Statement> statements) throws IOException, InterruptedException {
        requireRepository();
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            Files.writeString(file, "");
        }
        new FileWitness(file).keep(statements);
        if (!git("status", "--porcelain", "--", FILE).isBlank()) {
            git("add", "--", FILE);
            // Its own name: a machine without one could not commit, nor one that signs by a prompt.
            git(
                    "-c",
                    "user.name=Belay",
                    "-c",
                    "user.email=belay@localhost",
                    "-c",
                    "commit.gpgsign=false",
                    "commit",
                    "-q",
                    "-m",
                    "Checkpoint of " + statements.getLast().size() + " entries",
                    "--",
                    FILE);
        }
        if (!git("remote").isBlank()) {
            git("push", "-q", git("remote").lines().findFirst().orElseThrow(), "HEAD");
        }
    }

    @Override
    public long shows() throws IOException {
        Path file = folder.resolve(FILE);
        requireRepository();
        return Files.exists(file) ? new FileWitness(file).shows() : 0;
    }

    private void requireRepository() throws IOException {
        if (!Files.exists(folder.resolve(".git"))) {
            throw new IOException("`" + folder + "` is no Git repository");
        }
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile("belay-git", ".out");
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("GIT_TERMINAL_PROMPT", "0");
            builder.environment().putIfAbsent("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
            builder.environment().put("LC_ALL", "C");
            builder.redirectInput(Path.of("/dev/null").toFile()).redirectOutput(said.toFile());
            Process process = builder.start();
            try {
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException(
                            "`git " + arguments[0] + "` in `" + folder + "` does not end");
                }
            } finally {
                end(process);
            }
            String text = Files.readString(said, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                String brief = text.strip();
                throw new IOException(
                        "`git %s` in `%s` failed: %s"
                                .formatted(
                                        arguments[0],
                                        folder,
                                        brief.substring(0, Math.min(SAID_MAX, brief.length()))));
            }
            return text;
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
