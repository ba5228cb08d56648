package dev.belay.driver.scan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Looks into files below a folder. Links are not followed, what is neither file nor folder is not
/// opened, and what tools fetched or made is passed by.
public final class SourceScan {
    /// A file that is larger is said to have been passed by.
    public static final long FILE_MAX = 32L << 20;

    private final SecretScanner scanner;
    private final Path root;
    private final Predicate<Path> leftOut;

    /// One below this folder.
    ///
    /// @param root what paths are told relative to; nothing outside it is looked at
    /// @param leftOut files and folders, as whole paths
    public SourceScan(SecretScanner scanner, Path root, Predicate<Path> leftOut) {
        this.scanner = scanner;
        this.root = root.toAbsolutePath().normalize();
        this.leftOut = leftOut;
    }

    /// Looks into these files, and into all that is in these folders, into each once. Files are
    /// looked at side by side.
    ///
    /// @throws IOException when there is more than anybody wants to have looked at
    public Looked scan(Collection<Path> places) throws IOException {
        Set<Path> files = SourceFiles.below(root, places, leftOut);
        List<Looked> all = List.copyOf(files).parallelStream().map(this::one).toList();
        return new Looked(
                all.stream().flatMap(looked -> looked.leaks().stream()).toList(),
                all.stream().mapToLong(Looked::files).sum(),
                all.stream().mapToLong(Looked::bytes).sum(),
                all.stream().flatMap(looked -> looked.notLookedAt().stream()).toList());
    }

    private Looked one(Path file) {
        String name = root.relativize(file).toString();
        try {
            if (Files.size(file) > FILE_MAX) {
                return new Looked(List.of(), 0, 0, List.of(name));
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                // One that grows meanwhile is read up to where it may be.
                byte[] bytes = in.readNBytes((int) FILE_MAX);
                return new Looked(scanner.scan(name, bytes), 1, bytes.length, List.of());
            }
        } catch (IOException _) {
            return new Looked(List.of(), 0, 0, List.of(name));
        }
    }
}
