package dev.belay.driver.artifact;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Digest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Archives by the digest of their bytes, and folders unpacked from them.
///
/// ```
/// archives/HEX.tar    written once, never changed
/// unpacked/HEX/       read-only; compared with the digest again before every use
/// ```
///
/// As archives are reproducible, a folder is compared by packing it again: no list of checksums has
/// to be believed.
public final class ArtifactStore {
    private static final Pattern ARCHIVE = Pattern.compile("([0-9a-f]{64})\\.tar");
    private static final Pattern UNPACKED = Pattern.compile("[0-9a-f]{64}");
    private static final Duration HALF_MADE = Duration.ofHours(1);
    private static final Duration LOCK_WITHIN = Duration.ofMinutes(10);

    private final Path root;
    private final Limits limits;

    public ArtifactStore(Path root) {
        this(root, Limits.DEFAULT);
    }

    public ArtifactStore(Path root, Limits limits) {
        this.root = root.toAbsolutePath().normalize();
        this.limits = limits;
    }

    /// What a check of a stored archive found.
    public sealed interface Soundness {
        record Sound() implements Soundness {}

        record Missing() implements Soundness {}

        record Damaged(String why) implements Soundness {}
    }

    /// Stores a folder, or what it includes.
    ///
    /// @param includes paths below the folder; none means all of it
    /// @throws ArtifactException when there is something in it that cannot be stored
    public Digest put(Path folder, List<String> includes) throws IOException {
        return put(folder, includes, _ -> false);
    }

    /// The same without some of its files.
    Digest put(Path folder, List<String> includes, Predicate<Path> leftOut) throws IOException {
        Path source = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(source)) {
            throw new ArtifactException("`" + folder + "` is not a folder");
        }
        Path archives = DurableFile.folder(root.resolve("archives"));
        Path next = Files.createTempFile(archives, ".", ".next");
        try {
            Digest digest;
            try (FileOutputStream out = new FileOutputStream(next.toFile())) {
                digest = pack(source, includes, leftOut, out);
                out.getFD().sync();
            }
            Files.move(next, archive(digest), ATOMIC_MOVE);
            DurableFile.sync(archives);
            return digest;
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /// Reads the whole archive and compares it with its name.
    public Soundness verify(Digest digest) throws IOException {
        Path archive = archive(digest);
        if (!Files.exists(archive)) {
            return new Soundness.Missing();
        }
        return Hashing.file(archive).equals(digest)
                ? new Soundness.Sound()
                : new Soundness.Damaged("`" + archive + "` is not what was stored");
    }

    /// The artifact as a read-only folder, made now or earlier, and compared with the digest now.
    ///
    /// @throws ArtifactException when the archive is missing, damaged or hostile
    public Path unpack(Digest digest) throws IOException {
        Path locks = DurableFile.folder(root.resolve("locks"));
        PathLock lock =
                PathLock.acquire(locks.resolve(digest.hex()), LOCK_WITHIN)
                        .orElseThrow(() -> new IOException("`" + digest + "` stays locked"));
        try (lock) {
            Path folder = unpacked(digest);
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                if (isIntact(folder, digest)) {
                    return folder;
                }
                Trees.delete(folder);
            }
            unpackNew(digest, folder);
            return folder;
        }
    }

    /// The archive as it was stored; not compared with its digest.
    public InputStream read(Digest digest) throws IOException {
        return new BufferedInputStream(Files.newInputStream(archive(digest)), 1 << 16);
    }

    /// Where [#unpack] puts it.
    public Path unpacked(Digest digest) {
        return root.resolve("unpacked").resolve(digest.hex());
    }

    /// The artifact that the folder belongs to, if it lies in one that [#unpack] made.
    public Optional<Digest> holding(Path folder) {
        Path all = root.resolve("unpacked");
        if (!folder.startsWith(all) || folder.equals(all)) {
            return Optional.empty();
        }
        Matcher name = UNPACKED.matcher(all.relativize(folder).getName(0).toString());
        return name.matches()
                ? Optional.of(new Digest("sha256:" + name.group()))
                : Optional.empty();
    }

    /// It is about to be used: for [#collect] it is as young as one that was stored just now.
    public void touch(Digest digest) throws IOException {
        Files.setLastModifiedTime(archive(digest), FileTime.from(Instant.now()));
    }

    public Set<Digest> stored() throws IOException {
        Path archives = DurableFile.folder(root.resolve("archives"));
        Set<Digest> digests = new TreeSet<>();
        try (Stream<Path> files = Files.list(archives)) {
            files.map(file -> ARCHIVE.matcher(String.valueOf(file.getFileName())))
                    .filter(name -> name.matches())
                    .forEach(name -> digests.add(new Digest("sha256:" + name.group(1))));
        }
        return digests;
    }

    /// Removes what is neither pinned nor younger than `age`, and answers what that was. What was
    /// stored a moment ago may be about to be pinned: that is what the age is for.
    public Set<Digest> collect(Predicate<Digest> pinned, Duration age) throws IOException {
        Set<Digest> removed = new TreeSet<>();
        Instant young = Instant.now().minus(age);
        for (Digest digest : stored()) {
            boolean old = !Files.getLastModifiedTime(archive(digest)).toInstant().isAfter(young);
            if (old && !pinned.test(digest) && remove(digest)) {
                removed.add(digest);
            }
        }
        removeLeftovers(Instant.now().minus(HALF_MADE));
        return removed;
    }

    /// @return false when it is just being unpacked
    private boolean remove(Digest digest) throws IOException {
        Path file = DurableFile.folder(root.resolve("locks")).resolve(digest.hex());
        Optional<PathLock> lock = PathLock.acquire(file, Duration.ZERO);
        if (lock.isEmpty()) {
            return false;
        }
        try (PathLock _ = lock.get()) {
            // The folder first: without it the archive still is a whole artifact.
            Trees.delete(unpacked(digest));
            Files.deleteIfExists(archive(digest));
            Files.deleteIfExists(file);
            return true;
        }
    }

    /// What a crash left half-made. Younger ones may be under way, whatever the age of artifacts.
    private void removeLeftovers(Instant young) throws IOException {
        for (String place : List.of("archives", "unpacked")) {
            try (Stream<Path> files = Files.list(DurableFile.folder(root.resolve(place)))) {
                for (Path file : files.toList()) {
                    boolean half = String.valueOf(file.getFileName()).startsWith(".");
                    if (half && Files.getLastModifiedTime(file).toInstant().isBefore(young)) {
                        Trees.delete(file);
                    }
                }
            }
        }
    }

    private void unpackNew(Digest digest, Path folder) throws IOException {
        switch (verify(digest)) {
            case Soundness.Sound() -> {}
            case Soundness.Missing() ->
                    throw new ArtifactException(
                            "artifact `" + digest.brief() + "` is not in the store");
            case Soundness.Damaged(String why) -> throw new ArtifactException(why);
        }
        Path parent = DurableFile.folder(root.resolve("unpacked"));
        Path next = Files.createTempDirectory(parent, ".next-");
        try {
            try (InputStream in =
                    new BufferedInputStream(Files.newInputStream(archive(digest)), 1 << 16)) {
                new Unpacking(next, limits).read(in);
            }
            if (!isIntact(next, digest)) {
                throw new ArtifactException(
                        "artifact `" + digest.brief() + "` was not packed by Belay");
            }
            Files.move(next, folder, ATOMIC_MOVE);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
            DurableFile.sync(parent);
        } finally {
            Trees.delete(next);
        }
    }

    private static boolean isIntact(Path folder, Digest digest) throws IOException {
        try {
            return pack(folder, List.of(), _ -> false, OutputStream.nullOutputStream())
                    .equals(digest);
        } catch (ArtifactException _) {
            return false;
        }
    }

    private static Digest pack(
            Path folder, List<String> includes, Predicate<Path> leftOut, OutputStream out)
            throws IOException {
        MessageDigest sha = Hashing.sha256();
        OutputStream hashed = new BufferedOutputStream(new DigestOutputStream(out, sha), 1 << 16);
        new Packing(folder, leftOut).write(includes, hashed);
        hashed.flush();
        return Hashing.digestOf(sha);
    }

    /// Where an archive's bytes are, to be read. Their SHA-256 is the digest; whether they still
    /// are what was stored, [#verify] knows.
    public Path archive(Digest digest) {
        return root.resolve("archives").resolve(digest.hex() + ".tar");
    }
}
