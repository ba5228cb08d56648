package dev.belay.driver.artifact;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Unpacks an archive that nobody has to trust into a new folder. Refuses everything that our own
/// archives never hold: absolute names, `..`, links out of the tree, hard links, devices, holes,
/// two entries of one name, and more or bigger entries than allowed.
///
/// Links are made last, so that no file can be written through one.
final class Unpacking {
    private final Path root;
    private final Limits limits;
    private final Set<String> names = new HashSet<>();
    private final Map<String, String> links = new LinkedHashMap<>();
    private final Map<String, Path> folders = new HashMap<>();
    private long bytes;

    Unpacking(Path root, Limits limits) {
        this.root = root;
        this.limits = limits;
    }

    void read(InputStream in) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(entry, tar);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ArtifactException("the archive is damaged: " + e.getMessage(), e);
        }
        try {
            makeLinks();
        } catch (FileAlreadyExistsException e) {
            throw new ArtifactException("a link and something else have one name", e);
        }
        close();
    }

    private void unpack(TarArchiveEntry entry, TarArchiveInputStream tar) throws IOException {
        String name = checkedName(entry);
        if (names.size() > limits.entries()) {
            throw new ArtifactException("more than " + limits.entries() + " entries");
        }
        if (entry.isSymbolicLink()) {
            if (!Links.stayInside(name, entry.getLinkName())) {
                throw refused(name, "links out of the archive, to `" + entry.getLinkName() + "`");
            }
            links.put(name, entry.getLinkName());
        } else if (entry.isDirectory()) {
            folder(name);
        } else if (entry.isFile() && !entry.isLink() && !entry.isSparse() && isPlain(entry)) {
            unpackFile(name, entry, tar);
        } else {
            throw refused(name, "is neither a file nor a folder nor a symbolic link");
        }
    }

    /// The library calls everything a file that it does not know.
    private static boolean isPlain(TarArchiveEntry entry) {
        return !entry.isBlockDevice() && !entry.isCharacterDevice() && !entry.isFIFO();
    }

    private String checkedName(TarArchiveEntry entry) throws IOException {
        String name = entry.getName();
        String bare = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        if (name.length() > limits.nameLength()) {
            throw new ArtifactException(
                    "a name of more than " + limits.nameLength() + " characters");
        }
        for (String part : bare.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw refused(name, "does not name a place below the archive's root");
            }
        }
        if (bare.indexOf('\0') >= 0 || bare.indexOf('\\') >= 0) {
            throw refused(name, "has a character that no file name should have");
        }
        if (!names.add(bare)) {
            throw refused(name, "occurs twice");
        }
        return bare;
    }

    private void unpackFile(String name, TarArchiveEntry entry, TarArchiveInputStream tar)
            throws IOException {
        bytes += entry.getSize();
        if (entry.getSize() < 0 || bytes > limits.bytes()) {
            throw new ArtifactException("more than " + limits.bytes() + " bytes when unpacked");
        }
        int slash = name.lastIndexOf('/');
        Path folder = slash < 0 ? root : folder(name.substring(0, slash));
        Path file = resolve(folder, name.substring(slash + 1));
        try (OutputStream out = Files.newOutputStream(file, CREATE_NEW, WRITE)) {
            tar.transferTo(out);
        }
        boolean program = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(program ? "r-xr-xr-x" : "r--r--r--"));
    }

    private Path folder(String name) throws IOException {
        Path known = folders.get(name);
        if (known != null) {
            return known;
        }
        int slash = name.lastIndexOf('/');
        Path parent = slash < 0 ? root : folder(name.substring(0, slash));
        Path folder = resolve(parent, name.substring(slash + 1));
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(name, "is a file and a folder at once");
        }
        Files.createDirectory(folder);
        folders.put(name, folder);
        return folder;
    }

    private void makeLinks() throws IOException {
        for (var link : links.entrySet()) {
            String name = link.getKey();
            int slash = name.lastIndexOf('/');
            Path folder = slash < 0 ? root : folder(name.substring(0, slash));
            Files.createSymbolicLink(
                    resolve(folder, name.substring(slash + 1)), Path.of(link.getValue()));
        }
        Path realRoot = root.toRealPath();
        for (String name : links.keySet()) {
            Path link = root.resolve(name);
            // One that leads nowhere is harmless; a chain of links must end inside too.
            if (Files.exists(link) && !link.toRealPath().startsWith(realRoot)) {
                throw refused(name, "links out of the archive through another link");
            }
        }
    }

    /// Read-only from the deepest folder up, as a closed one takes no more entries.
    private void close() throws IOException {
        List<Path> deepestFirst = new ArrayList<>(folders.values());
        deepestFirst.sort((a, b) -> Integer.compare(b.getNameCount(), a.getNameCount()));
        for (Path folder : deepestFirst) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
    }

    private static Path resolve(Path folder, String name) throws IOException {
        try {
            return folder.resolve(name);
        } catch (InvalidPathException e) {
            throw new ArtifactException("`" + name + "` cannot be a file name here", e);
        }
    }

    private static ArtifactException refused(String name, String why) {
        return new ArtifactException("entry `" + name + "` " + why);
    }
}
