package dev.belay.driver.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Writes a folder as a tar archive that depends on nothing but names, contents, links and who may
/// execute: no times, no owners, no order of the disk.
final class Packing {
    /// Version control and our own state: they change without the artifact being another.
    static final Set<String> LEFT_OUT = Set.of(".git", ".belay");

    private static final int FILE_MODE = 0100644;
    private static final int PROGRAM_MODE = 0100755;
    private static final int FOLDER_MODE = 040755;

    private final Path root;
    private final Predicate<Path> leftOut;

    Packing(Path root, Predicate<Path> leftOut) {
        this.root = root;
        this.leftOut = leftOut;
    }

    /// @param includes paths below the folder, each with all that is in it; none means all
    void write(List<String> includes, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (var entry : list(includes).entrySet()) {
            add(entry.getKey(), entry.getValue(), tar);
        }
        tar.finish();
        tar.flush();
    }

    private Map<String, Path> list(List<String> includes) throws IOException {
        Map<String, Path> entries = new TreeMap<>();
        if (includes.isEmpty()) {
            collect(root, entries);
        }
        for (String include : includes) {
            Path path = root.resolve(include).normalize();
            if (!path.startsWith(root) || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new ArtifactException("`" + include + "` is not in `" + root + "`");
            }
            collect(path, entries);
            for (Path up = parent(path); !up.equals(root); up = parent(up)) {
                entries.put(name(up), up);
            }
        }
        return entries;
    }

    private void collect(Path path, Map<String, Path> entries) throws IOException {
        boolean not = LEFT_OUT.contains(String.valueOf(path.getFileName())) || leftOut.test(path);
        if (not && !path.equals(root)) {
            return;
        }
        if (!path.equals(root)) {
            entries.put(name(path), path);
        }
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> children = Files.list(path)) {
                for (Path child : children.toList()) {
                    collect(child, entries);
                }
            }
        }
    }

    private void add(String name, Path path, TarArchiveOutputStream tar) throws IOException {
        if (Files.isSymbolicLink(path)) {
            tar.putArchiveEntry(link(name, path));
        } else if (Files.isDirectory(path)) {
            tar.putArchiveEntry(entry(name + "/", FOLDER_MODE));
        } else if (Files.isRegularFile(path)) {
            addFile(name, path, tar);
            return;
        } else {
            throw new ArtifactException("`" + path + "` is neither a file nor a folder nor a link");
        }
        tar.closeArchiveEntry();
    }

    private static void addFile(String name, Path path, TarArchiveOutputStream tar)
            throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            TarArchiveEntry entry = entry(name, isProgram(path) ? PROGRAM_MODE : FILE_MODE);
            entry.setSize(Files.size(path));
            tar.putArchiveEntry(entry);
            long copied = in.transferTo(tar);
            if (copied != entry.getSize()) {
                throw new ArtifactException("`" + path + "` changed while it was packed");
            }
            tar.closeArchiveEntry();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ArtifactException("`" + path + "` cannot be packed", e);
        }
    }

    /// By its owner's permission, not by who asks: the administrator may execute everything.
    private static boolean isProgram(Path path) throws IOException {
        return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OWNER_EXECUTE);
    }

    private TarArchiveEntry link(String name, Path path) throws IOException {
        Path to = Files.readSymbolicLink(path);
        if (!Links.stayInside(name, to.toString())) {
            throw new ArtifactException(
                    "`" + name + "` links to `" + to + "`, which is not part of the artifact");
        }
        TarArchiveEntry entry = entry(name, TarConstants.LF_SYMLINK, 0120777);
        entry.setLinkName(to.toString());
        return entry;
    }

    private static TarArchiveEntry entry(String name, int mode) {
        byte type = name.endsWith("/") ? TarConstants.LF_DIR : TarConstants.LF_NORMAL;
        return entry(name, type, mode);
    }

    private static TarArchiveEntry entry(String name, byte type, int mode) {
        // Leading slashes and such are kept as they are, because names come from below the root.
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setMode(mode & 07777);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        return entry;
    }

    private String name(Path path) {
        return root.relativize(path).toString();
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalStateException(path + " was said to be below the root");
        }
        return parent;
    }
}
