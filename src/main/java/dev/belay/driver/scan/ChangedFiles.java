package dev.belay.driver.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Which files below a folder are others than at a commit, whether that was committed since or not.
/// `git` gets no name that it could take for an option, and runs nothing that a repository names.
public final class ChangedFiles {
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._/@^~+-]{0,199}");
    private static final int BYTES_MAX = 64 << 20;
    private static final long SECONDS = 120;

    private final Path folder;

    private ChangedFiles(Path folder) {
        this.folder = folder;
    }

    /// Names relative to the folder.
    ///
    /// @param since a commit, branch or tag
    /// @throws IOException when nobody can tell, with a sentence for people
    public static Set<String> since(Path folder, String since) throws IOException {
        if (!NAME.matcher(since).matches() || since.contains("..")) {
            throw new IOException("`" + since.replaceAll("\\p{Cntrl}", "?") + "` names no commit");
        }
        var git = new ChangedFiles(folder);
        var changed = new TreeSet<String>();
        changed.addAll(
                git.names(
                        "diff",
                        "--name-only",
                        "-z",
                        "--relative",
                        "--no-renames",
                        "--no-ext-diff",
                        "--no-textconv",
                        since,
                        "--",
                        "."));
        changed.addAll(git.names("ls-files", "-z", "--others", "--exclude-standard", "--", "."));
        return changed;
    }

    private List<String> names(String... words) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                "git",
                                "--no-pager",
                                "--no-optional-locks",
                                "-c",
                                "core.fsmonitor=false"));
        command.addAll(List.of(words));
        Process git =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            git.getOutputStream().close();
            byte[] said = git.getInputStream().readNBytes(BYTES_MAX);
            if (!git.waitFor(SECONDS, TimeUnit.SECONDS) || git.exitValue() != 0) {
                throw new IOException("`git` cannot tell what changed in `" + folder + "`");
            }
            return List.of(new String(said, StandardCharsets.UTF_8).split("\0")).stream()
                    .filter(name -> !name.isEmpty())
                    .toList();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        } finally {
            git.destroyForcibly();
        }
    }
}
