package dev.belay.server.operations;

import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.manifest.text.TextFile;
import dev.belay.manifest.text.YamlReader;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// The packages of a workspace of pnpm, npm or Yarn, and which of them use which: what a shared
/// package is built into is known by its users' own words.
public final class PackageGraph {
    private static final int BYTES_MAX = 1 << 20;
    private static final int PACKAGES_MAX = 5_000;
    private static final int DEPTH_MAX = 8;
    private static final Set<String> LEFT_OUT = Set.of(".git", ".belay", "node_modules");
    private static final List<String> DEPENDENCIES =
            List.of("dependencies", "devDependencies", "peerDependencies", "optionalDependencies");

    /// What every package is built with.
    private static final List<String> SHARED =
            List.of(
                    "package.json",
                    "pnpm-workspace.yaml",
                    "pnpm-lock.yaml",
                    "package-lock.json",
                    "yarn.lock",
                    "bun.lock",
                    ".npmrc",
                    ".yarnrc.yml",
                    "tsconfig.json",
                    "tsconfig.base.json",
                    "turbo.json",
                    "nx.json");

    /// Folder, relative to the root, to what is there.
    private final Map<String, One> packages;

    private final List<String> shared;

    private PackageGraph(Map<String, One> packages, List<String> shared) {
        this.packages = packages;
        this.shared = List.copyOf(shared);
    }

    /// One package.
    ///
    /// @param needs names, and folders where a dependency names one
    private record One(String name, Set<String> needs) {}

    /// The workspace of a folder; nothing where it is none.
    ///
    /// @throws IOException when a file of it cannot be read
    public static Optional<PackageGraph> read(Path root) throws IOException {
        List<String> patterns = patterns(root);
        if (patterns.isEmpty()) {
            return Optional.empty();
        }
        var packages = new TreeMap<String, One>();
        Files.walkFileTree(
                root,
                Set.of(),
                DEPTH_MAX,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                            throws IOException {
                        if (LEFT_OUT.contains(String.valueOf(dir.getFileName()))
                                || packages.size() >= PACKAGES_MAX) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        String folder = root.relativize(dir).toString();
                        if (!folder.isEmpty()
                                && isMember(Path.of(folder), patterns)
                                && Files.isRegularFile(dir.resolve("package.json"))) {
                            packages.put(folder, one(root, folder));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        List<String> shared =
                SHARED.stream().filter(file -> Files.isRegularFile(root.resolve(file))).toList();
        return Optional.of(new PackageGraph(packages, shared));
    }

    /// The folders that a component in a folder is built of: its own package first, then those that
    /// this uses, and those that these use.
    ///
    /// @return nothing when the folder is in no package
    public List<String> folders(String dir) {
        String own = owner(dir);
        if (own.isEmpty()) {
            return List.of();
        }
        Set<String> found = new java.util.LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(own));
        while (!open.isEmpty()) {
            String folder = open.pop();
            if (found.add(folder)) {
                needs(folder).forEach(open::add);
            }
        }
        return List.copyOf(found);
    }

    /// Files at the root that every package is built with, as far as there are any.
    public List<String> shared() {
        return shared;
    }

    private String owner(String dir) {
        for (String at = dir;
                !at.isEmpty();
                at = at.substring(0, Math.max(0, at.lastIndexOf('/')))) {
            if (packages.containsKey(at)) {
                return at;
            }
        }
        return "";
    }

    private Set<String> needs(String folder) {
        var folders = new TreeSet<String>();
        One one = packages.get(folder);
        if (one != null) {
            packages.forEach((other, known) -> {
                if (one.needs().contains(known.name()) || one.needs().contains("/" + other)) {
                    folders.add(other);
                }
            });
        }
        return folders;
    }

    private static List<String> patterns(Path root) throws IOException {
        Node.Mapping pnpm = read(root, "pnpm-workspace.yaml");
        List<String> written = texts(pnpm == null ? null : pnpm.get("packages"));
        if (!written.isEmpty()) {
            return written;
        }
        Node.Mapping own = read(root, "package.json");
        Node said = own == null ? null : own.get("workspaces");
        return texts(said instanceof Node.Mapping map ? map.get("packages") : said);
    }

    private static One one(Path root, String folder) throws IOException {
        Node.Mapping written = read(root, folder + "/package.json");
        var needs = new TreeSet<String>();
        String name = "";
        if (written != null) {
            name = written.get("name") instanceof Node.Scalar text ? text.text() : "";
            for (String kind : DEPENDENCIES) {
                if (written.get(kind) instanceof Node.Mapping some) {
                    some.entries()
                            .forEach((other, entry) -> {
                                needs.add(other);
                                if (entry.value() instanceof Node.Scalar version) {
                                    beside(folder, version.text()).ifPresent(needs::add);
                                }
                            });
                }
            }
        }
        return new One(name.isEmpty() ? "/" + folder : name, needs);
    }

    /// `workspace:*` and versions go by name; `file:`, `link:` and `workspace:../…` name a folder.
    private static Optional<String> beside(String folder, String version) {
        String path = version.replaceFirst("^(file|link|portal|workspace):", "");
        if (path.equals(version) || !path.startsWith(".")) {
            return Optional.empty();
        }
        Path there = Path.of(folder).resolve(path).normalize();
        return there.startsWith("..") ? Optional.empty() : Optional.of("/" + there);
    }

    /// The last pattern that goes with a folder decides, as `!` takes folders out again.
    private static boolean isMember(Path folder, List<String> patterns) {
        boolean member = false;
        for (String pattern : patterns) {
            boolean out = pattern.startsWith("!");
            String glob = (out ? pattern.substring(1) : pattern).replaceFirst("^\\./", "");
            if (matcher(glob.replaceFirst("/+$", "")).matches(folder)) {
                member = !out;
            }
        }
        return member;
    }

    private static PathMatcher matcher(String glob) {
        try {
            String any = glob.contains("{") ? glob : glob.replace("**/", "{**/,}");
            return FileSystems.getDefault().getPathMatcher("glob:" + any);
        } catch (PatternSyntaxException _) {
            return _ -> false;
        }
    }

    private static List<String> texts(@Nullable Node node) {
        var texts = new ArrayList<String>();
        if (node instanceof Node.Sequence list) {
            list.items()
                    .forEach(item -> {
                        if (item instanceof Node.Scalar text) {
                            texts.add(text.text());
                        }
                    });
        }
        return texts;
    }

    private static Node.@Nullable Mapping read(Path root, String name) throws IOException {
        Path file = root.resolve(name);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException("`" + name + "` has more than " + BYTES_MAX + " bytes");
        }
        String text = Files.readString(file);
        var complaints = new Complaints();
        var lines = new TextFile(name, name.endsWith(".json") ? text.replace('\t', ' ') : text);
        Optional<Node> tree = YamlReader.read(lines, complaints);
        if (!complaints.isEmpty()) {
            throw new IOException(
                    "`%s` cannot be read: %s"
                            .formatted(name, complaints.inOrder().getFirst().message()));
        }
        return tree.isPresent() && tree.get() instanceof Node.Mapping map ? map : null;
    }
}
