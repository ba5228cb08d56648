package dev.belay.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// From a request's path to a file below a root, and to nothing outside it.
final class SiteFiles {
    private static final int HEX = 16;
    private static final String INDEX = "index.html";

    private SiteFiles() {}

    /// What a path names.
    sealed interface Found permits File, Text, Folder, Nothing {}

    /// @param root the folder it was found below, which tells revisions apart
    /// @param millis when it was modified
    record File(Path path, Path root, long size, long millis) implements Found {}

    /// Something that is no file.
    record Text(String path, SiteText text) implements Found {}

    /// A folder with an index, asked for without the slash at its end.
    record Folder() implements Found {}

    record Nothing() implements Found {}

    /// The decoded segments of a path, or null when it names nothing: it climbs, hides, doubles
    /// slashes, or smuggles one in as `%2F`.
    static @Nullable List<String> segments(String path) {
        if (!path.startsWith("/")) {
            return null;
        }
        List<String> segments = new ArrayList<>();
        String[] parts = path.substring(1).split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            String segment = decode(parts[i]);
            boolean last = i == parts.length - 1;
            if (segment == null || (segment.isEmpty() && !last) || forbidden(segment)) {
                return null;
            }
            segments.add(segment);
        }
        return segments;
    }

    private static boolean forbidden(String segment) {
        return hidden(segment) || segment.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ');
    }

    static boolean hidden(String name) {
        return name.startsWith(".") && !name.equals(".well-known");
    }

    private static @Nullable String decode(String part) {
        if (part.indexOf('%') < 0) {
            return part;
        }
        ByteBuffer bytes = ByteBuffer.allocate(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c != '%') {
                bytes.put((byte) c);
            } else {
                int high = i + 2 < part.length() ? Character.digit(part.charAt(i + 1), HEX) : -1;
                int low = high >= 0 ? Character.digit(part.charAt(i + 2), HEX) : -1;
                if (low < 0) {
                    return null;
                }
                bytes.put((byte) (high * HEX + low));
                i += 2;
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException _) {
            return null;
        }
    }

    static Found find(Path root, List<String> segments) {
        try {
            Path real = root.toRealPath();
            Path path = real;
            for (String segment : segments) {
                path = path.resolve(segment);
            }
            boolean slash = segments.getLast().isEmpty();
            Optional<File> file = file(slash ? path.resolve(INDEX) : path, real, root);
            if (file.isPresent()) {
                return file.get();
            }
            boolean folder = !slash && file(path.resolve(INDEX), real, root).isPresent();
            return folder ? new Folder() : new Nothing();
        } catch (IOException | InvalidPathException _) {
            return new Nothing();
        }
    }

    /// A regular file whose real place, all links followed, is below the root.
    private static Optional<File> file(Path path, Path realRoot, Path root) {
        try {
            Path real = path.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            boolean inside = real.startsWith(realRoot) && attributes.isRegularFile();
            long millis = attributes.lastModifiedTime().toMillis();
            return inside
                    ? Optional.of(new File(real, root, attributes.size(), millis))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// The same file, compressed beforehand, if it lies beside it.
    static Optional<File> beside(File file, String suffix) {
        Path name = file.path().getFileName();
        Path other = file.path().resolveSibling(name + suffix);
        try {
            return file(other, file.root().toRealPath(), file.root());
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
