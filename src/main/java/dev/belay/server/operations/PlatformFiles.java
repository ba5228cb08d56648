package dev.belay.server.operations;

import dev.belay.driver.scan.SourceFiles;
import dev.belay.lint.SourceTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/// The files below a manifest's folder, as they are on the disk.
final class PlatformFiles implements SourceTree {
    /// What somebody wrote has less; what a tool wrote is nobody's import.
    static final int FILE_MAX = 2 << 20;

    private final Path root;
    private final SortedSet<String> paths = new TreeSet<>();

    /// @param leftOut files and folders, as whole paths
    PlatformFiles(Path folder, Predicate<Path> leftOut) throws IOException {
        root = folder.toAbsolutePath().normalize();
        for (Path file : SourceFiles.below(root, List.of(Path.of("")), leftOut)) {
            paths.add(root.relativize(file).toString().replace('\\', '/'));
        }
    }

    @Override
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(paths);
    }

    @Override
    public Optional<String> text(String path) {
        if (!paths.contains(path)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(root.resolve(path), LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(FILE_MAX + 1);
            if (bytes.length > FILE_MAX) {
                return Optional.empty();
            }
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.indexOf('\0') >= 0 ? Optional.empty() : Optional.of(text);
        } catch (CharacterCodingException _) {
            return Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
