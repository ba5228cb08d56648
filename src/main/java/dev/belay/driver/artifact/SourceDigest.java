package dev.belay.driver.artifact;

import dev.belay.release.Digest;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/// A digest of all that a build reads: its inputs' names and contents, its command, its
/// environment.
final class SourceDigest {
    /// Made by tools from what is an input already.
    private static final Set<String> LEFT_OUT = Set.of(".git", ".belay", "node_modules");

    private SourceDigest() {}

    /// The patterns that no file goes with. What a build reads would then be unknown, and it would
    /// count as unchanged for ever.
    static List<String> unmatched(BuildOrder order) throws IOException {
        Set<Path> names = new TreeSet<>();
        files(order).keySet().forEach(name -> names.add(Path.of(name)));
        return order.inputs().stream()
                .filter(input -> names.stream().noneMatch(matcher(input)::matches))
                .toList();
    }

    static Digest of(BuildOrder order) throws IOException {
        List<String> parts = whatIsDone(order);
        new TreeMap<>(order.environment()).forEach((name, value) -> parts.add(name + "=" + value));
        return of(order, parts);
    }

    /// The same whatever the environment is.
    static Digest withoutEnvironment(BuildOrder order) throws IOException {
        return of(order, whatIsDone(order));
    }

    private static List<String> whatIsDone(BuildOrder order) {
        List<String> parts = new ArrayList<>();
        parts.add(order.root().relativize(order.folder()).toString());
        parts.add(order.output());
        parts.add(String.join("\0", order.command()));
        if (order.image() != null) {
            parts.add("image by " + order.image().dockerfile());
        }
        return parts;
    }

    private static Digest of(BuildOrder order, List<String> parts) throws IOException {
        for (var file : files(order).entrySet()) {
            parts.add(file.getKey());
            parts.add(contentOf(file.getValue()));
        }
        StringBuilder unambiguous = new StringBuilder();
        parts.forEach(part -> unambiguous.append(part.length()).append(':').append(part));
        return Digest.of(unambiguous.toString());
    }

    private static String contentOf(Path file) throws IOException {
        if (Files.isSymbolicLink(file)) {
            return "-> " + Files.readSymbolicLink(file);
        }
        String program = Files.isExecutable(file) ? "x " : "- ";
        return program + Hashing.file(file).text();
    }

    private static SortedMap<String, Path> files(BuildOrder order) throws IOException {
        List<PathMatcher> matchers = order.inputs().stream().map(SourceDigest::matcher).toList();
        Path output = order.root().resolve(order.output()).normalize();
        SortedMap<String, Path> found = new TreeMap<>();
        Files.walkFileTree(
                order.root(),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        boolean skip =
                                LEFT_OUT.contains(String.valueOf(dir.getFileName()))
                                        || order.keepsBack(dir)
                                        || (order.image() == null
                                                && dir.equals(output)
                                                && !dir.equals(order.root()));
                        return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        Path name = order.root().relativize(file);
                        if (matchers.stream().anyMatch(m -> m.matches(name))
                                && !file.equals(output)
                                && !order.keepsBack(file)) {
                            found.put(name.toString(), file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    /// `**/` stands for any number of folders, none included, as people expect who know it from
    /// `.gitignore`. A pattern that cannot be read goes with no file.
    private static PathMatcher matcher(String input) {
        String glob = input.contains("{") ? input : input.replace("**/", "{**/,}");
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException _) {
            return _ -> false;
        }
    }
}
