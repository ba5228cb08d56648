package dev.belay.gateway;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What lies below a folder that does not change, so that no event loop waits for a disk to say
/// that it has no such file. A folder with links in it has no index: where they lead may change.
final class SiteIndex {
    private static final String INDEX = "index.html";

    /// @param millis when it was modified
    private record Stamp(long size, long millis) {}

    private final Path root;
    private final Path real;
    private final Map<String, Stamp> files;

    private SiteIndex(Path root, Path real, Map<String, Stamp> files) {
        this.root = root;
        this.real = real;
        this.files = files;
    }

    /// Reads the folder.
    ///
    /// @param most how many files it may have; none with more is held in memory
    static Optional<SiteIndex> of(Path root, int most) {
        try {
            if (Files.isSymbolicLink(root)) {
                return Optional.empty();
            }
            Path real = root.toRealPath();
            var reading = new Reading(real, most);
            Files.walkFileTree(real, reading);
            return reading.whole
                    ? Optional.of(new SiteIndex(root, real, reading.files))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    int size() {
        return files.size();
    }

    /// As [SiteFiles#find].
    SiteFiles.Found find(List<String> segments) {
        String path = String.join("/", segments);
        if (segments.getLast().isEmpty()) {
            return file(path + INDEX)
                    .map(SiteFiles.Found.class::cast)
                    .orElseGet(SiteFiles.Nothing::new);
        }
        Optional<SiteFiles.File> file = file(path);
        if (file.isPresent()) {
            return file.get();
        }
        boolean folder = files.containsKey(path + "/" + INDEX);
        return folder ? new SiteFiles.Folder() : new SiteFiles.Nothing();
    }

    /// As [SiteFiles#beside].
    Optional<SiteFiles.File> beside(SiteFiles.File file, String suffix) {
        return file(real.relativize(file.path()) + suffix);
    }

    private Optional<SiteFiles.File> file(String path) {
        Stamp stamp = files.get(path);
        return stamp == null
                ? Optional.empty()
                : Optional.of(
                        new SiteFiles.File(real.resolve(path), root, stamp.size(), stamp.millis()));
    }

    private static final class Reading extends SimpleFileVisitor<Path> {
        private final Path root;
        private final int most;
        private final Map<String, Stamp> files = new HashMap<>();
        private boolean whole = true;

        Reading(Path root, int most) {
            this.root = root;
            this.most = most;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean hidden = !folder.equals(root) && SiteFiles.hidden(name(folder));
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink() || files.size() >= most) {
                whole = false;
                return FileVisitResult.TERMINATE;
            }
            if (attributes.isRegularFile() && !SiteFiles.hidden(name(file))) {
                long millis = attributes.lastModifiedTime().toMillis();
                String path = root.relativize(file).toString();
                files.put(path, new Stamp(attributes.size(), millis));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            whole = false;
            return FileVisitResult.TERMINATE;
        }

        private static String name(Path file) {
            return String.valueOf(file.getFileName());
        }
    }
}
