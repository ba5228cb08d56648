package dev.belay.manifest.draft;

import dev.belay.manifest.draft.FolderScan.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A first manifest for a folder, with comments that say what was guessed and why. What `belay
/// init` writes; it is always in order, so that the next command is `belay plan`.
public final class ManifestDraft {
    private static final int FIRST_PORT = 3000;

    private final StringBuilder text = new StringBuilder();
    private int nextPort = FIRST_PORT;
    private final List<Found> found;

    private ManifestDraft(List<Found> found) {
        this.found = found;
    }

    /// The text of a manifest for what is found in the folder: of its Compose file, its Procfile,
    /// or of what the files of its languages say. Reads it only; nothing is written.
    public static String of(Path folder) throws IOException {
        Path real = folder.toRealPath();
        Optional<Path> compose = ComposeFile.in(real);
        String why = "";
        if (compose.isPresent()) {
            try {
                return ofCompose(real, compose.get());
            } catch (Unreadable e) {
                why = "# `%s` %s.\n".formatted(compose.get().getFileName(), e.getMessage());
            }
        }
        if (Files.isRegularFile(real.resolve(Procfile.NAME))) {
            return why + Procfile.draft(real, platform(real));
        }
        return why + scanned(real);
    }

    /// The text of a manifest for what a Compose file describes, or a Procfile.
    ///
    /// @param file of whatever name
    /// @throws Unreadable when it is neither
    public static String of(Path folder, Path file) throws IOException, Unreadable {
        Path real = folder.toRealPath();
        return String.valueOf(file.getFileName()).equals(Procfile.NAME)
                ? Procfile.draft(real, platform(real))
                : ofCompose(real, file);
    }

    /// That a file cannot be taken over; why is a sentence's end.
    public static final class Unreadable extends Exception {
        Unreadable(String why) {
            super(why);
        }
    }

    private static String ofCompose(Path real, Path file) throws IOException, Unreadable {
        return ComposeDraft.of(real, platform(real), file, ComposeFile.read(file));
    }

    private static String platform(Path real) {
        Path name = real.getFileName();
        return FolderScan.name(name == null ? "platform" : name.toString());
    }

    private static String scanned(Path real) throws IOException {
        var draft = new ManifestDraft(FolderScan.of(real));
        draft.head(platform(real));
        if (draft.found.isEmpty()) {
            draft.example();
        } else {
            draft.found.forEach(draft::component);
        }
        draft.tail();
        return draft.text.toString();
    }

    private void head(String platform) {
        text.append(
                """
                # Written by `belay init`. Look at every line that says "guessed";
                # then `belay check`, and `belay docs SECTION` for what else there is.
                platform: %s

                # Who is asked when something fails; printed with every failure.
                # owner: your team
                # contact: "#your-channel"

                defaults:
                  service:
                    # An instance gets requests once this path answers with 200-299.
                    health: {http: /health}

                components:
                """
                        .formatted(platform));
    }

    private void component(Found one) {
        text.append("  ").append(one.name()).append(":  # ").append(one.reason()).append('\n');
        line("kind", one.isStatic() ? "frontend" : "service");
        if (!one.dir().equals(".")) {
            line("dir", DraftText.quoted(one.dir()));
        }
        if (!one.build().isEmpty()) {
            String output = one.isStatic() ? "" : ", output: " + DraftText.quoted(one.output());
            line("build", "{run: " + DraftText.quoted(one.build()) + output + "}");
        }
        if (one.isStatic()) {
            line("static", DraftText.quoted(one.output()));
        } else {
            line(
                    "run",
                    DraftText.quoted(one.run())
                            + "  # guessed; instances get their own port in $PORT");
        }
        boolean known = one.port() > 0;
        int port = known ? one.port() : freePort();
        line("port", port + (known ? "  # from EXPOSE" : "  # guessed"));
    }

    private int freePort() {
        int port = nextPort++;
        return found.stream().anyMatch(one -> one.port() == port) ? freePort() : port;
    }

    private void line(String key, String value) {
        text.append("    ").append(key).append(": ").append(value).append('\n');
    }

    private void example() {
        text.append(
                """
                  web:  # nothing was found here that Belay knows: this is an example
                    kind: service
                    run: python3 -m http.server ${PORT}
                    port: 3000
                    health: {http: /}
                """);
    }

    private void tail() {
        text.append(
                """

                # Datastores that must answer before what uses them starts:
                # datastores:
                #   db: {engine: postgres, url: "${DATABASE_URL}"}

                environments:
                  local:
                    target: process
                    # env-file: .env
                """);
    }
}
