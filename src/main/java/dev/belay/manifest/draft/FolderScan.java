package dev.belay.manifest.draft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Looks at a folder for what could be a component: what each language's own files say, not more.
/// Follows no links, goes three folders deep, and looks at two thousand folders at most.
final class FolderScan {
    private static final int DEPTH_MAX = 4;
    private static final int FOLDERS_MAX = 2000;
    private static final int COMPONENTS_MAX = 50;
    private static final int BYTES_MAX = 256 * 1024;
    private static final Set<String> SKIPPED =
            Set.of(
                    "node_modules",
                    "target",
                    "dist",
                    "build",
                    "out",
                    "vendor",
                    "venv",
                    "test",
                    "tests");
    private static final Pattern EXPOSE =
            Pattern.compile("(?im)^\\s*EXPOSE\\s+([0-9]{1,5})(?:/tcp)?\\b");

    private final Path root;
    private final List<Found> found = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Integer> ports = new HashSet<>();

    /// What could be a component.
    ///
    /// @param output of the build, relative to `dir`
    /// @param port that its Dockerfile exposes, or 0
    record Found(
            String name,
            String dir,
            boolean isStatic,
            String build,
            String run,
            String output,
            int port,
            String reason) {}

    private FolderScan(Path root) {
        this.root = root;
    }

    static List<Found> of(Path root) throws IOException {
        var scan = new FolderScan(root);
        scan.walk();
        return List.copyOf(scan.found);
    }

    /// What that folder alone could be, by its own files.
    static Optional<Found> at(Path root, String dir) throws IOException {
        var scan = new FolderScan(root);
        scan.look(root.resolve(dir));
        return scan.found.stream().findFirst();
    }

    /// A name that a manifest can have, made of any other.
    static String name(String text) {
        String small = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String trimmed = small.replaceAll("^[^a-z]+|-+$", "");
        String bounded = trimmed.length() > 30 ? trimmed.substring(0, 30) : trimmed;
        return bounded.isEmpty() ? "app" : bounded;
    }

    private void walk() throws IOException {
        int[] folders = {0};
        Files.walkFileTree(
                root,
                EnumSet.noneOf(FileVisitOption.class),
                DEPTH_MAX,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) throws IOException {
                        String name = String.valueOf(folder.getFileName());
                        boolean own = !folder.equals(root);
                        if (own && (name.startsWith(".") || SKIPPED.contains(name))) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        if (++folders[0] > FOLDERS_MAX || found.size() >= COMPONENTS_MAX) {
                            return FileVisitResult.TERMINATE;
                        }
                        return look(folder)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        // What cannot be read is no component.
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /// Whether a component is here, so that nothing below is one.
    private boolean look(Path folder) throws IOException {
        int before = found.size();
        if (has(folder, "package.json")) {
            node(folder);
        } else if (has(folder, "pom.xml")) {
            maven(folder);
        } else if (has(folder, "go.mod")) {
            add(folder, "go build -o bin/app .", "./app", "bin", "go.mod");
        } else if (has(folder, "Cargo.toml")) {
            cargo(folder);
        } else if (has(folder, "requirements.txt") || has(folder, "pyproject.toml")) {
            python(folder);
        } else if (has(folder, "index.html")) {
            addStatic(folder, "", ".", "index.html");
        }
        return found.size() > before;
    }

    private void node(Path folder) throws IOException {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(text(folder.resolve("package.json")));
        } catch (JacksonException _) {
            return;
        }
        boolean isRoot = json.has("workspaces") || has(folder, "pnpm-workspace.yaml");
        JsonNode scripts = json.path("scripts");
        boolean builds = scripts.has("build");
        String tool =
                has(root, "pnpm-lock.yaml") || has(root, "pnpm-workspace.yaml") ? "pnpm" : "npm";
        String build = builds ? tool + " run build" : "";
        if (isRoot) {
            return;
        }
        if (scripts.has("start")) {
            add(folder, build, tool + " start", ".", "package.json");
        } else if (has(folder, "index.html")) {
            addStatic(folder, build, builds ? "dist" : ".", "package.json and index.html");
        } else if (has(folder, "server.js") || has(folder, "main.js") || has(folder, "index.js")) {
            String main =
                    has(folder, "server.js") ? "server" : has(folder, "main.js") ? "main" : "index";
            add(folder, build, "node " + main + ".js", ".", "package.json");
        }
    }

    private void maven(Path folder) throws IOException {
        String pom = text(folder.resolve("pom.xml"));
        if (!pom.contains("<modules>") && !pom.contains("<packaging>pom")) {
            add(folder, "mvn -q package", "java -jar app.jar", "target", "pom.xml");
        }
    }

    private void cargo(Path folder) throws IOException {
        String cargo = text(folder.resolve("Cargo.toml"));
        Matcher name = Pattern.compile("(?m)^name\\s*=\\s*\"([A-Za-z0-9_-]+)\"").matcher(cargo);
        if (name.find() && has(folder, "src/main.rs")) {
            String program = "./" + name.group(1);
            add(folder, "cargo build --release", program, "target/release", "Cargo.toml");
        }
    }

    private void python(Path folder) {
        for (String main : List.of("main.py", "app.py", "server.py", "manage.py")) {
            if (has(folder, main)) {
                add(folder, "", "python3 " + main, ".", main);
                return;
            }
        }
    }

    private void add(Path folder, String build, String run, String output, String reason) {
        add(folder, false, build, run, output, reason);
    }

    private void addStatic(Path folder, String build, String output, String reason) {
        add(folder, true, build, "", output, reason);
    }

    private void add(
            Path folder, boolean isStatic, String build, String run, String output, String reason) {
        String dir = root.relativize(folder).toString().replace('\\', '/');
        String wanted = name(String.valueOf(folder.getFileName()));
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + "-" + i;
        }
        found.add(
                new Found(
                        name,
                        dir.isEmpty() ? "." : dir,
                        isStatic,
                        build,
                        run,
                        output,
                        exposed(folder).orElse(0),
                        reason));
    }

    private Optional<Integer> exposed(Path folder) {
        if (!has(folder, "Dockerfile")) {
            return Optional.empty();
        }
        try {
            Matcher expose = EXPOSE.matcher(text(folder.resolve("Dockerfile")));
            int port = expose.find() ? Integer.parseInt(expose.group(1)) : 0;
            boolean usable = port > 0 && port <= 65_535 && ports.add(port);
            return usable ? Optional.of(port) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static boolean has(Path folder, String file) {
        return Files.isRegularFile(folder.resolve(file));
    }

    private static String text(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
        }
    }
}
