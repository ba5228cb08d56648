package dev.belay.server.evidence;

import dev.belay.driver.backup.HashedJson;
import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `.belay/evidence/`: files by digest, and a record for each piece of evidence below its artifact.
///
/// ```
/// files/DIGEST                    as it came
/// records/ARTIFACT/ev-….json      what it was added as; written last
/// ```
///
/// A file that is not what its name says, and a record that is not as it was written, or not where,
/// are errors and never skipped: what was lost might have said no.
public final class EvidenceStore {
    /// What is taken of one file, as it comes.
    public static final int FILE_BYTES_MAX = 8 * 1024 * 1024;

    /// What all files may take together.
    private static final long TOTAL_BYTES_MAX = 4L * 1024 * 1024 * 1024;

    private static final int RECORDS_MAX = 1_000;
    private static final Pattern ID = Pattern.compile("ev-[0-9a-f]{12}");
    private static final String SUFFIX = ".json";

    /// A file that nobody made evidence of is forgotten after that.
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path files;
    private final Path records;
    private final long totalMax;

    /// A store in a folder, which is made when it is needed.
    public EvidenceStore(Path folder) {
        this(folder, TOTAL_BYTES_MAX);
    }

    /// One with another bound of what all files take together.
    EvidenceStore(Path folder, long totalMax) {
        this.totalMax = totalMax;
        files = folder.resolve("files");
        records = folder.resolve("records");
    }

    /// Keeps a file; when this returns, it is on the disk.
    public Digest put(byte[] content) throws IOException {
        Digest digest = Digest.of(content);
        DurableFile.folder(files);
        Path file = files.resolve(digest.hex());
        if (Files.exists(file)) {
            // Whoever sends it again has as much time as the first to make evidence of it.
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } else {
            requireRoom(content.length);
            DurableFile.write(file, content);
        }
        return digest;
    }

    private void requireRoom(int more) throws IOException {
        long taken = more;
        for (Path file : list(files)) {
            taken += Files.size(file);
        }
        if (taken > totalMax) {
            throw new IOException(
                    "evidence may take %d MiB together; files that are part of none go after a day"
                            .formatted(totalMax / (1024 * 1024)));
        }
    }

    /// Whether such a file is here.
    public boolean has(Digest digest) {
        return Files.isRegularFile(files.resolve(digest.hex()));
    }

    /// A file as it came.
    ///
    /// @throws IOException when it is gone, or is not what it was
    public byte[] file(Digest digest) throws IOException {
        byte[] content = Files.readAllBytes(files.resolve(digest.hex()));
        if (!Digest.of(content).equals(digest)) {
            throw new IOException("the file " + digest.brief() + " is not what it was");
        }
        return content;
    }

    /// Writes a record, in the place of one with its id.
    ///
    /// @throws IOException also when the artifact has more evidence than anybody could look at
    void keep(StoredEvidence evidence) throws IOException {
        Path file = records.resolve(place(evidence));
        Path folder = folder(new Digest(evidence.artifact()));
        DurableFile.folder(folder);
        if (!Files.exists(file) && list(folder).size() >= RECORDS_MAX) {
            throw new IOException("there are %d pieces of it already".formatted(RECORDS_MAX));
        }
        DurableFile.write(file, HashedJson.bytes(evidence));
    }

    /// All of an artifact, withdrawn ones included, in the order of their ids.
    public List<StoredEvidence> of(Digest artifact) throws IOException {
        Path folder = folder(artifact);
        return Files.isDirectory(folder) ? read(list(folder)) : List.of();
    }

    /// The one of that id.
    public Optional<StoredEvidence> find(String id) throws IOException {
        if (ID.matcher(id).matches() && Files.isDirectory(records)) {
            for (Path folder : list(records)) {
                Path file = folder.resolve(id + SUFFIX);
                if (Files.exists(file)) {
                    return Optional.of(read(List.of(file)).getFirst());
                }
            }
        }
        return Optional.empty();
    }

    /// Of all artifacts.
    public List<StoredEvidence> all() throws IOException {
        var all = new ArrayList<StoredEvidence>();
        if (Files.isDirectory(records)) {
            for (Path folder : list(records)) {
                all.addAll(read(list(folder)));
            }
        }
        return all;
    }

    /// Removes files that lie here for long, and no record names.
    public void sweep(Instant now) throws IOException {
        if (!Files.isDirectory(files)) {
            return;
        }
        Set<String> named = new HashSet<>();
        for (StoredEvidence one : all()) {
            one.files().forEach(file -> named.add(new Digest(file.digest()).hex()));
        }
        for (Path file : list(files)) {
            Instant since = Files.getLastModifiedTime(file).toInstant();
            boolean young = since.isAfter(now.minus(ABANDONED));
            if (!named.contains(String.valueOf(file.getFileName())) && !young) {
                Files.deleteIfExists(file);
            }
        }
    }

    private Path folder(Digest artifact) {
        return records.resolve(artifact.hex());
    }

    private static Path place(StoredEvidence one) {
        return Path.of(new Digest(one.artifact()).hex(), one.id() + SUFFIX);
    }

    private static List<StoredEvidence> read(List<Path> files) throws IOException {
        var all = new ArrayList<StoredEvidence>();
        for (Path file : files) {
            if (file.toString().endsWith(SUFFIX)) {
                StoredEvidence one = HashedJson.read(file, StoredEvidence.class).value();
                if (!file.endsWith(place(one))) {
                    throw new IOException(
                            "`%s` is of another artifact, or another piece, than its place says"
                                    .formatted(file.getFileName()));
                }
                all.add(one);
            }
        }
        return all;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.sorted().toList();
        }
    }
}
