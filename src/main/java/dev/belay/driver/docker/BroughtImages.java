package dev.belay.driver.docker;

import dev.belay.driver.disk.DurableFile;
import dev.belay.release.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which images Belay brought to an engine, a file for each: written before one is brought, so that
/// none stays for ever because nobody remembers it. What is not in here is somebody else's.
final class BroughtImages {
    /// As a digest, or as a tag that stands for one.
    private static final Pattern DIGEST = Pattern.compile(":([0-9a-f]{64})");

    private final Path folder;

    BroughtImages(Path folder) {
        this.folder = folder;
    }

    /// An image that Belay brought.
    ///
    /// @param host whose engine has it
    /// @param reference by which it is asked for there
    record Brought(Path file, DockerHost host, String reference) {
        private static Optional<Brought> read(Path file) throws IOException {
            String[] lines = DurableFile.read(file).orElse("").strip().split("\n", 2);
            return lines.length < 2
                    ? Optional.empty()
                    : Optional.of(new Brought(file, DockerHost.read(lines[1]), lines[0]));
        }

        /// Whether one of its digests is among these.
        boolean isOf(Set<Digest> digests) {
            for (Matcher found = DIGEST.matcher(reference); found.find(); ) {
                if (digests.contains(new Digest("sha256:" + found.group(1)))) {
                    return true;
                }
            }
            return false;
        }
    }

    /// It is about to be brought.
    Brought remember(DockerHost host, String reference) throws IOException {
        Path file =
                DurableFile.folder(folder).resolve(Digest.of(reference + "\n" + host.kept()).hex());
        DurableFile.write(file, reference + "\n" + host.kept());
        return new Brought(file, host, reference);
    }

    void forget(Brought brought) throws IOException {
        Files.deleteIfExists(brought.file());
    }

    /// It was used just now.
    void touch(DockerHost host, String reference) throws IOException {
        Path file = folder.resolve(Digest.of(reference + "\n" + host.kept()).hex());
        if (Files.exists(file)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        }
    }

    /// Those that were not used for that long.
    List<Brought> olderThan(Duration age) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        Instant young = Instant.now().minus(age);
        var old = new ArrayList<Brought>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (!Files.getLastModifiedTime(file).toInstant().isAfter(young)) {
                    Brought.read(file).ifPresent(old::add);
                }
            }
        }
        return old;
    }
}
