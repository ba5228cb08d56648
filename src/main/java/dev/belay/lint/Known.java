package dev.belay.lint;

import dev.belay.lint.code.SourceText;
import dev.belay.lint.code.Token;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What is known of a platform's files before one of them is looked at: which there are, and what
/// packages and modules are called.
final class Known {
    private static final List<String> ENDINGS =
            List.of(
                    "", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts",
                    ".vue", ".svelte", ".json", ".py");
    private static final Pattern GO_MODULE =
            Pattern.compile("(?m)^module[ \\t]+\"?([^\\s\"]{1,300})\"?");
    private static final Pattern CRATE =
            Pattern.compile(
                    "(?ms)^\\[package\\](?:(?!^\\[).)*?^name\\s*=\\s*\"([^\"\\n]{1,100})\"");

    private static final Set<String> BUILDS =
            Set.of("pom.xml", "build.gradle", "build.gradle.kts", "build.sbt");

    private final SourceTree tree;
    private final Set<String> folders = new HashSet<>();
    private final Map<String, SourceText> read =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, SourceText> eldest) {
                    return size() > 64;
                }
            };
    private final Map<String, String> packages = new HashMap<>();
    private final SortedMap<String, String> modules = new TreeMap<>();
    private final Map<String, String> crates = new HashMap<>();
    private final Map<String, String> artifacts = new HashMap<>();
    private final Map<String, TsPaths> aliases = new HashMap<>();
    private final Map<String, String> builds = new HashMap<>();
    private final Map<Boolean, Namespaces> namespaces = new HashMap<>();

    Known(SourceTree tree) {
        this.tree = tree;
        for (String path : tree.paths()) {
            FilePath.upwards(path).takeWhile(folders::add).forEach(_ -> {});
            if (isBuild(FilePath.name(path))) {
                builds.putIfAbsent(FilePath.folder(path), path);
            }
            switch (FilePath.name(path)) {
                case "package.json" -> name(path).ifPresent(name -> put(packages, name, path));
                case "go.mod" -> first(path, GO_MODULE).ifPresent(name -> put(modules, name, path));
                case "Cargo.toml" -> first(path, CRATE).ifPresent(name -> put(crates, name, path));
                case "pom.xml" ->
                        source(path)
                                .flatMap(MavenFile::own)
                                .ifPresent(name -> put(artifacts, name, path));
                default -> {}
            }
        }
    }

    private static void put(Map<String, String> names, String name, String path) {
        names.putIfAbsent(name, FilePath.folder(path));
    }

    /// A file's text; empty when it is none.
    Optional<SourceText> source(String path) {
        SourceText known = read.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<SourceText> text = tree.text(path).map(found -> new SourceText(path, found));
        text.ifPresent(found -> read.put(path, found));
        return text;
    }

    SortedSet<String> paths() {
        return tree.paths();
    }

    /// The files in a folder, and below it.
    Stream<String> within(String folder) {
        return folder.isEmpty()
                ? tree.paths().stream()
                : tree.paths().tailSet(folder + "/").stream()
                        .takeWhile(path -> path.startsWith(folder + "/"));
    }

    /// Whether there is a file or folder that code would find by this path.
    boolean isThere(String path) {
        return folders.contains(path)
                || ENDINGS.stream().anyMatch(end -> tree.paths().contains(path + end));
    }

    boolean isFolder(String path) {
        return folders.contains(path);
    }

    /// The folder of a package of npm.
    Optional<String> packageFolder(String name) {
        return Optional.ofNullable(packages.get(name));
    }

    /// The folder of a crate.
    Optional<String> crateFolder(String name) {
        return Optional.ofNullable(crates.get(name));
    }

    /// The folder of an artifact of Maven, by `group:artifact`.
    Optional<String> artifactFolder(String name) {
        return Optional.ofNullable(artifacts.get(name));
    }

    /// A package of Go.
    ///
    /// @param module the folder of its module
    record GoPackage(String module, String folder) {}

    /// A package of Go, by its import path.
    Optional<GoPackage> goPackage(String path) {
        for (String at = path; !at.isEmpty(); at = FilePath.folder(at)) {
            String module = modules.get(at);
            if (module != null) {
                return FilePath.resolve(module, path.substring(at.length()))
                        .map(folder -> new GoPackage(module, folder));
            }
        }
        return Optional.empty();
    }

    private static boolean isBuild(String name) {
        return BUILDS.contains(name) || name.matches(".+\\.(cs|fs|vb)proj");
    }

    /// The folder of the build of Java, Kotlin, Scala or C# that makes something of a file; `""` is
    /// the whole platform's.
    Optional<String> moduleOf(String path) {
        return FilePath.upwards(path)
                .filter(builds::containsKey)
                .findFirst()
                .or(() -> builds.containsKey("") ? Optional.of("") : Optional.empty());
    }

    /// The file by which a folder is built, or the folder itself.
    String buildIn(String folder) {
        return builds.getOrDefault(folder, folder);
    }

    /// Which files declare what in the packages of Java, Kotlin and Scala, or in the namespaces of
    /// C#.
    Namespaces namespaces(boolean dotnet) {
        return namespaces.computeIfAbsent(
                dotnet,
                _ ->
                        new Namespaces(
                                this, dotnet ? List.of(".cs") : List.of(".java", ".kt", ".scala")));
    }

    /// What a file's compiler takes names for.
    TsPaths aliases(String path) {
        return FilePath.upwards(path)
                .map(this::configuration)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .findFirst()
                .or(() -> configuration(""))
                .map(file -> aliases.computeIfAbsent(file, name -> TsPaths.of(this, name)))
                .orElse(TsPaths.NONE);
    }

    private Optional<String> configuration(String folder) {
        return List.of("tsconfig.json", "jsconfig.json").stream()
                .map(name -> FilePath.in(folder, name))
                .filter(path -> tree.paths().contains(path))
                .findFirst();
    }

    /// The `package.json` that a file is under.
    Optional<String> packageOf(String path) {
        return FilePath.upwards(path)
                .map(folder -> FilePath.in(folder, "package.json"))
                .filter(file -> tree.paths().contains(file))
                .findFirst();
    }

    private Optional<String> name(String path) {
        return source(path)
                .flatMap(file ->
                        JsonWalk.of(file).stream()
                                .filter(entry -> entry.path().equals(List.of("name")))
                                .map(JsonWalk.Entry::value)
                                .map(Token::text)
                                .findFirst());
    }

    private Optional<String> first(String path, Pattern pattern) {
        return source(path)
                .flatMap(file -> {
                    Matcher found = pattern.matcher(file.text());
                    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
                });
    }
}
