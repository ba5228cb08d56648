package dev.belay.manifest.draft;

import dev.belay.manifest.draft.FolderScan.Found;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A first manifest of a Procfile, as Heroku and foreman know it: `web` has a port, `release` runs
/// once before the others, and whatever else there is works unasked.
final class Procfile {
    static final String NAME = "Procfile";

    private static final int BYTES_MAX = 64 * 1024;
    private static final Pattern LINE =
            Pattern.compile("(?m)^([A-Za-z0-9_-]+):[ \\t]*(\\S.*?)[ \\t\\r]*$");

    private Procfile() {}

    static String draft(Path root, String platform) throws IOException {
        String written;
        try (var in = Files.newInputStream(root.resolve(NAME))) {
            written = new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        }
        Optional<Found> found = FolderScan.at(root, ".");
        var text = new DraftText();
        text.comment("Written by `belay init` from " + NAME + ". Look at every line that says");
        text.comment(
                "\"guessed\"; then `belay check`, and `belay docs SECTION` for what else there is.");
        text.line(0, "platform", platform);
        text.gap();
        text.open(0, "components");
        boolean release = written.lines().anyMatch(line -> line.startsWith("release:"));
        Matcher line = LINE.matcher(written);
        int count = 0;
        while (line.find()) {
            count++;
            component(text, line.group(1), line.group(2), found, release);
        }
        if (count == 0) {
            text.raw("  web:  # the Procfile names nothing: this is an example");
            text.raw("    kind: service");
            text.raw("    run: python3 -m http.server ${PORT}");
            text.raw("    port: 3000");
        }
        text.gap();
        text.open(0, "environments");
        text.open(2, "local");
        text.line(4, "target", "process");
        if (Files.isRegularFile(root.resolve(".env"))) {
            text.raw("    env-file: [.env]");
        }
        return text.toString();
    }

    private static void component(
            DraftText text, String name, String command, Optional<Found> found, boolean release) {
        boolean web = name.equals("web");
        boolean first = name.equals("release");
        text.open(2, FolderScan.name(name));
        text.line(4, "kind", web ? "service" : first ? "job" : "worker");
        if (found.isPresent() && !found.get().build().isEmpty()) {
            text.raw("    build: {run: " + DraftText.quoted(found.get().build()) + "}  # guessed");
        }
        // A shell reads `$PORT`; a manifest `${PORT}`.
        text.raw(
                "    run: "
                        + DraftText.command(
                                List.of(command.replaceAll("\\$PORT\\b", "\\${PORT}"))));
        if (web) {
            text.raw("    port: 3000  # guessed; instances get one of their own in $PORT");
        }
        if (release && !first) {
            text.raw("    after: [release]");
        }
    }
}
