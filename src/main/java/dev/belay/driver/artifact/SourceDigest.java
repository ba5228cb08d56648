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

/// A digest of all that a build reads: its inputs' names and contents, its command, its
/// environment.
final class SourceDigest {
    /// Made by tools from what is an input already.
    private static final Set<String> LEFT_OUT = Set.of(".git", ".belay", "node_modules");

    private SourceDigest() {}

    static Digest of(BuildOrder order) throws IOException {
        List<String> parts = new ArrayList<>();
        parts.add(order.root().relativize(order.folder()).toString());
        parts.add(order.output());
        parts.add(String.join("\0", order.command()));
        new TreeMap<>(order.environment()).forEach((name, value) -> parts.add(name + "=" + value));
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
        List<PathMatcher> matchers = new ArrayList<>();
        for (String input : order.inputs()) {
            matchers.add(FileSystems.getDefault().getPathMatcher("glob:" + input));
        }
        Path output = order.root().resolve(order.output()).normalize();
        SortedMap<String, Path> found = new TreeMap<>();
        Files.walkFileTree(
                order.root(),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        boolean skip =
                                LEFT_OUT.contains(String.valueOf(dir.getFileName()))
                                        || (dir.equals(output) && !dir.equals(order.root()));
                        return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        Path name = order.root().relativize(file);
                        if (matchers.stream().anyMatch(m -> m.matches(name))
                                && !file.equals(output)) {
                            found.put(name.toString(), file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }
}
