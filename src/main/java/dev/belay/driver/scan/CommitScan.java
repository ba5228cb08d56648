package dev.belay.driver.scan;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks into what was added by the commits since one of them: what was removed again is still
/// there for whoever has the history.
///
/// No name that `git` could take for an option gets there.
public final class CommitScan {
    private static final Pattern NAME = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._/@^~+-]{0,199}");
    private static final Pattern HUNK =
            Pattern.compile("@@ -\\d+(?:,\\d+)? \\+(\\d+)(?:,(\\d+))? @@.*", Pattern.DOTALL);
    private static final int LINE_MAX = 1 << 20;
    private static final int HUNK_MAX = 32 << 20;
    private static final long BYTES_MAX = 4L << 30;
    private static final int LEAKS_MAX = 1000;
    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final SecretScanner scanner;
    private final Path folder;
    private final List<Leak> leaks = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private final ByteArrayOutputStream added = new ByteArrayOutputStream();
    private final Set<String> files = new HashSet<>();
    private long bytes;
    private String commit = "";
    private String path = "";
    private int firstLine;
    private int left;

    private CommitScan(SecretScanner scanner, Path folder) {
        this.scanner = scanner;
        this.folder = folder;
    }

    /// Cannot be looked at, in a sentence for people.
    public static final class NoHistory extends IOException {
        private static final long serialVersionUID = 1;

        NoHistory(String message) {
            super(message);
        }
    }

    /// What commits brought below a folder.
    ///
    /// @param since a commit, branch or tag; its own changes are not looked at
    /// @throws NoHistory when there is no such commit, or no history
    public static Looked scan(SecretScanner scanner, Path folder, String since) throws IOException {
        if (!NAME.matcher(since).matches() || since.contains("..")) {
            throw new NoHistory("`" + since.replaceAll("\\p{Cntrl}", "?") + "` names no commit");
        }
        var scan = new CommitScan(scanner, folder);
        String base = scan.resolve(since);
        scan.read(base);
        return new Looked(scan.leaks, scan.files.size(), scan.bytes, List.of());
    }

    private String resolve(String since) throws IOException {
        return new Git(folder)
                .commit(since)
                .orElseThrow(() -> new NoHistory("`" + folder + "` has no commit `" + since + "`"));
    }

    private void read(String base) throws IOException {
        Process log =
                new Git(folder)
                        .start(
                                List.of(
                                        "log",
                                        "--patch",
                                        "--unified=0",
                                        "--diff-merges=separate",
                                        "--no-renames",
                                        "--no-ext-diff",
                                        "--no-textconv",
                                        "--no-color",
                                        "--no-prefix",
                                        "--relative",
                                        "--format=%x00%H",
                                        base + "..HEAD",
                                        "--",
                                        "."));
        try (var in = new BufferedInputStream(log.getInputStream(), 1 << 16)) {
            for (byte[] line = line(in); line.length > 0; line = line(in)) {
                bytes += line.length;
                if (bytes > BYTES_MAX) {
                    throw new NoHistory(
                            "there is more than 4 GiB of changes since; name a later commit");
                }
                take(line);
            }
            look();
            Git.end(log, WITHIN);
            if (log.exitValue() != 0) {
                throw new NoHistory("`git` cannot tell what was committed since");
            }
        } finally {
            log.descendants().forEach(ProcessHandle::destroyForcibly);
            log.destroyForcibly();
        }
    }

    /// What is in a hunk is known by its number of lines: whatever it looks like, it is no header.
    private void take(byte[] line) {
        if (left > 0 && line[0] == '+') {
            left--;
            if (added.size() < HUNK_MAX) {
                added.write(line, 1, line.length - 1);
            }
            return;
        }
        if (line[0] == 0) {
            look();
            commit = new String(line, 1, line.length - 1, StandardCharsets.US_ASCII).strip();
            return;
        }
        if (left > 0) {
            return;
        }
        String text = new String(line, StandardCharsets.UTF_8);
        if (text.startsWith("+++ ")) {
            look();
            path = unquoted(text.substring(4).replaceFirst("[\\t\\n].*", "").strip());
            files.add(path);
        } else if (text.startsWith("@@ ")) {
            look();
            var hunk = HUNK.matcher(text);
            if (hunk.matches()) {
                firstLine = Integer.parseInt(hunk.group(1));
                left = hunk.group(2) == null ? 1 : Integer.parseInt(hunk.group(2));
            }
        }
    }

    private static String unquoted(String name) {
        return name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
                ? name.substring(1, name.length() - 1)
                : name;
    }

    private void look() {
        left = 0;
        if (added.size() == 0) {
            return;
        }
        var content = new Content(path, added.toByteArray(), firstLine);
        added.reset();
        for (Leak leak : scanner.scan(content)) {
            // A merge shows the same once more.
            String same = leak.path() + '\0' + leak.line() + '\0' + leak.rule();
            if (leaks.size() < LEAKS_MAX && known.add(same)) {
                leaks.add(leak.in(commit));
            }
        }
    }

    /// Without its end, when that is too far away.
    private static byte[] line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (line.size() < LINE_MAX) {
                line.write(c);
            }
            if (c == '\n') {
                break;
            }
        }
        return line.toByteArray();
    }
}
