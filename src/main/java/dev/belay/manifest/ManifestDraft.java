package dev.belay.manifest;

import dev.belay.manifest.FolderScan.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

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

    /// The text of a manifest for what is found in the folder. Reads it only; nothing is written.
    public static String of(Path folder) throws IOException {
        Path real = folder.toRealPath();
        var draft = new ManifestDraft(FolderScan.of(real));
        Path name = real.getFileName();
        draft.head(FolderScan.name(name == null ? "platform" : name.toString()));
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
            line("dir", quoted(one.dir()));
        }
        if (!one.build().isEmpty()) {
            String output = one.isStatic() ? "" : ", output: " + quoted(one.output());
            line("build", "{run: " + quoted(one.build()) + output + "}");
        }
        if (one.isStatic()) {
            line("static", quoted(one.output()));
        } else {
            line("run", quoted(one.run()) + "  # guessed; instances get their own port in $PORT");
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

    private static String quoted(String value) {
        boolean plain = value.matches("[A-Za-z0-9./_-]+( [A-Za-z0-9./_=-]+)*");
        boolean word = !value.matches("-.*|true|false|null|~|[0-9.]+");
        return plain && word ? value : "'" + value.replace("'", "''") + "'";
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
