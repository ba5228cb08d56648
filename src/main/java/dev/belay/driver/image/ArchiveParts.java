package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// The files of an archive that nobody has to trust. They are written under numbers of our own into
/// a folder of our own, whatever they are called, and are known by the digests that they had while
/// they were written.
///
/// Refused are names and links that lead out of the archive, two files of one name, devices, and
/// more, bigger or tighter packed files than an image has.
final class ArchiveParts {
    private static final int MAGIC = 2;

    private final Path folder;
    private final Limits limits;
    private final Map<String, Part> parts = new HashMap<>();
    private final Map<Digest, Part> digests = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private long left;

    private ArchiveParts(Path folder, Limits limits) {
        this.folder = folder;
        this.limits = limits;
        left = limits.bytes();
    }

    /// What an archive may hold at most.
    ///
    /// @param bytes of all files, unpacked
    /// @param ratio how many times longer than it is packed something may get
    /// @param floor that long it may get anyway
    record Limits(int entries, long bytes, int ratio, long floor) {
        static final Limits DEFAULT = new Limits(10_000, 16L << 30, 100, 64L << 20);

        /// How long something may get that is so long when it is packed.
        long of(long packed) {
            return Math.min(bytes, Math.max(floor, packed * ratio));
        }
    }

    /// A file.
    record Part(Path file, Digest digest, long size) {
        /// It, unpacked where it is packed.
        ///
        /// @throws ImageFailure while it is read, when it gets too long
        InputStream open(Limits limits, String name) throws IOException {
            InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            return isPacked(in) ? unpacked(in, limits.of(size), name) : in;
        }

        boolean isPacked() throws IOException {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                return isPacked(in);
            }
        }

        private static boolean isPacked(InputStream in) throws IOException {
            in.mark(MAGIC);
            byte[] first = in.readNBytes(MAGIC);
            in.reset();
            return first.length == MAGIC && first[0] == 0x1f && first[1] == (byte) 0x8b;
        }

        private static InputStream unpacked(InputStream in, long max, String name)
                throws IOException {
            return new Bounded(
                    new GZIPInputStream(in, 1 << 16),
                    max,
                    () -> refused("`%s` gets longer than an image does".formatted(name)));
        }
    }

    /// @param archive of an artifact, as it is kept: the files themselves, or one that holds them
    /// @param folder empty, nobody else's
    /// @throws ImageFailure when it cannot be trusted with that
    static ArchiveParts read(Path archive, Path folder, Limits limits) throws IOException {
        var parts = new ArchiveParts(folder, limits);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                var tar = new TarArchiveInputStream(in, "UTF-8")) {
            Optional<String> only = only(archive);
            if (only.isEmpty()) {
                parts.take(tar);
                return parts;
            }
            TarArchiveEntry entry = tar.getNextEntry();
            while (entry != null && !entry.getName().equals(only.get())) {
                entry = tar.getNextEntry();
            }
            long size = entry == null ? 0 : entry.getSize();
            var inner = new BufferedInputStream(tar, 1 << 16);
            InputStream plain =
                    Part.isPacked(inner)
                            ? Part.unpacked(inner, limits.of(size), only.get())
                            : inner;
            try (var files = new TarArchiveInputStream(plain, "UTF-8")) {
                parts.take(files);
            }
            return parts;
        } catch (ImageFailure e) {
            throw e;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw refused("the archive is damaged: " + e.getMessage());
        }
    }

    /// The name of its only file; empty when there are several, or none.
    private static Optional<String> only(Path archive) throws IOException {
        String name = "";
        try (InputStream in = Files.newInputStream(archive);
                var tar = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry one = tar.getNextEntry(); one != null; one = tar.getNextEntry()) {
                if (!one.isDirectory() && !name.isEmpty()) {
                    return Optional.empty();
                }
                name = one.isDirectory() ? name : one.getName();
            }
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private void take(TarArchiveInputStream tar) throws IOException {
        int entries = 0;
        for (TarArchiveEntry one = tar.getNextEntry(); one != null; one = tar.getNextEntry()) {
            if (++entries > limits.entries()) {
                throw refused("it holds more than " + limits.entries() + " files");
            }
            String name = path(one.getName(), one.getName());
            if (one.isSymbolicLink()) {
                int slash = name.lastIndexOf('/');
                String below = slash < 0 ? "" : name.substring(0, slash + 1);
                links.put(name, path(below + one.getLinkName(), name));
            } else if (one.isLink()) {
                links.put(name, path(one.getLinkName(), name));
            } else if (one.isFile() && !isDevice(one) && !one.isSparse()) {
                put(name, one.getSize(), tar);
            } else if (!one.isDirectory()) {
                throw refused("`%s` is neither a file nor a folder".formatted(name));
            }
        }
    }

    /// The library calls everything a file that it does not know.
    private static boolean isDevice(TarArchiveEntry entry) {
        return entry.isBlockDevice() || entry.isCharacterDevice() || entry.isFIFO();
    }

    /// Without the steps that lead nowhere.
    private static String path(String written, String name) throws ImageFailure {
        Deque<String> steps = new ArrayDeque<>();
        for (String part : written.split("/", -1)) {
            if (part.equals("..")) {
                if (steps.isEmpty()) {
                    throw out(name);
                }
                steps.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                steps.add(part);
            }
        }
        if (written.startsWith("/") || written.indexOf('\0') >= 0) {
            throw out(name);
        }
        return String.join("/", steps);
    }

    private static ImageFailure out(String name) {
        return refused("`%s` leads out of it".formatted(name));
    }

    private void put(String name, long size, InputStream in) throws IOException {
        left -= size;
        if (left < 0) {
            throw refused("its files are longer than those of an image");
        }
        MessageDigest sha = ArtifactLayer.sha256();
        Path file = folder.resolve(Integer.toString(parts.size()));
        try (OutputStream out =
                new DigestOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), sha)) {
            in.transferTo(out);
        }
        var digest = new Digest("sha256:" + HexFormat.of().formatHex(sha.digest()));
        var part = new Part(file, digest, Files.size(file));
        if (part.size() != size || parts.putIfAbsent(name, part) != null) {
            throw refused("there are two files `%s`, or half of one".formatted(name));
        }
        digests.put(digest, part);
    }

    /// The file of that name, or what a link of that name leads to.
    Optional<Part> find(String name) {
        String at = name;
        // Two links can lead to each other.
        for (int steps = 0; steps < 2 && links.containsKey(at); steps++) {
            at = links.getOrDefault(at, "");
        }
        return Optional.ofNullable(parts.get(at));
    }

    /// The file that has this digest, whatever it is called.
    Optional<Part> find(Digest digest) {
        return Optional.ofNullable(digests.get(digest));
    }

    Limits limits() {
        return limits;
    }

    static ImageFailure refused(String why) {
        return ImageFailure.unfit(
                "the artifact is no image that could be used: " + why,
                "make it by `docker save`, or as a layout of OCI, and look at what is in it");
    }
}
