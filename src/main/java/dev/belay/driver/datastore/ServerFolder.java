package dev.belay.driver.datastore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What one local datastore keeps on disk.
///
/// ```
///   NAME/pid       who runs: see ServerProcess; also the mark by which the folder is ours
///   NAME/log       what the server prints
///   NAME/data/     the server's own; kept between runs
///   NAME/*.conf    written anew at every start, for the owner's eyes only
/// ```
record ServerFolder(Path root) {
    private static final int LOG_LINES = 20;
    private static final int LOG_TAIL = 16 * 1024;

    String name() {
        return root.getFileName().toString();
    }

    Path data() {
        return root.resolve("data");
    }

    Path log() {
        return root.resolve("log");
    }

    Path pid() {
        return root.resolve("pid");
    }

    boolean isOurs() {
        return Files.isRegularFile(pid());
    }

    void create() throws IOException {
        Files.createDirectories(root);
        if (!isOurs()) {
            Files.createFile(pid());
        }
    }

    Path config(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
        return file;
    }

    /// The server's last words.
    String lastLog() {
        try (var file = new java.io.RandomAccessFile(log().toFile(), "r")) {
            long size = file.length();
            byte[] tail = new byte[(int) Math.min(LOG_TAIL, size)];
            file.seek(size - tail.length);
            file.readFully(tail);
            List<String> lines =
                    new String(tail, java.nio.charset.StandardCharsets.UTF_8).lines().toList();
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException none) {
            return "";
        }
    }

    /// Deletes everything; links are removed, never followed.
    void delete() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(root)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
