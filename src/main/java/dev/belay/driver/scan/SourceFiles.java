package dev.belay.driver.scan;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The files that somebody wrote below a folder. Links are not followed, and what tools fetched or
/// made is passed by.
public final class SourceFiles {
    private static final int FILES_MAX = 500_000;

    private SourceFiles() {}

    /// Those in these places, each once.
    ///
    /// @param root nothing outside of it is found
    /// @param places files and folders, relative to it
    /// @param leftOut files and folders, as whole paths
    /// @return whole paths
    /// @throws IOException when there are more than anybody wants to have looked at
    public static NavigableSet<Path> below(
            Path root, Collection<Path> places, Predicate<Path> leftOut) throws IOException {
        var files = new TreeSet<Path>();
        for (Path place : places) {
            Path whole = root.resolve(place).normalize();
            if (whole.startsWith(root) && Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
                gather(root, whole, leftOut, files);
            }
        }
        return files;
    }

    private static void gather(
            Path root, Path from, Predicate<Path> leftOut, NavigableSet<Path> files)
            throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
                        boolean skip =
                                Places.LEFT_OUT.contains(String.valueOf(dir.getFileName()))
                                        || leftOut.test(dir);
                        return skip && !dir.equals(root)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        if (a.isRegularFile() && !leftOut.test(file)) {
                            files.add(file);
                        }
                        if (files.size() > FILES_MAX) {
                            throw new IOException(
                                    "`%s` has more than %,d files".formatted(root, FILES_MAX));
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure) {
                        // It is named among those that were not looked at.
                        files.add(file);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
