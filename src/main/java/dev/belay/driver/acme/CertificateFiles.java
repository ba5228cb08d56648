package dev.belay.driver.acme;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import dev.belay.driver.disk.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Certificates and their keys as `NAME.crt` and `NAME.key` in a folder that a gateway watches.
///
/// A certificate without its key is worth nothing, and two files cannot be replaced in one act. So
/// both names are links into `.NAME/current`, and that is a link to a folder with one pair in it:
/// replacing this one link replaces both, and a crash leaves the old pair or the new one.
final class CertificateFiles {
    private static final String CHAIN = "chain.pem";
    private static final String KEY = "key.pem";
    private static final String CURRENT = "current";

    private final Path folder;
    private final String name;

    CertificateFiles(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /// The certificate that stands, or empty when there is none that can be used.
    Optional<X509Certificate> current() throws IOException {
        Path pair = pairs().resolve(CURRENT);
        Optional<String> chain = DurableFile.read(pair.resolve(CHAIN));
        if (chain.isEmpty() || !Files.exists(pair.resolve(KEY))) {
            return Optional.empty();
        }
        try {
            var in = new ByteArrayInputStream(chain.get().getBytes(StandardCharsets.US_ASCII));
            return CertificateFactory.getInstance("X.509").generateCertificate(in)
                            instanceof X509Certificate first
                    ? Optional.of(first)
                    : Optional.empty();
        } catch (CertificateException _) {
            return Optional.empty();
        }
    }

    /// Finds out whether a pair could be kept.
    ///
    /// @throws IOException when it could not
    void requireWritable() throws IOException {
        DurableFile.folder(folder);
        Path pairs = DurableFile.folder(pairs());
        // In both, since the pair goes into the one and its names into the other.
        Files.delete(Files.createTempFile(folder, ".", ".probe"));
        Files.delete(Files.createTempFile(pairs, ".", ".probe"));
    }

    /// Makes the pair the one that stands. When this returns, it outlives a power cut.
    void replace(IssuedCertificate issued) throws IOException {
        DurableFile.folder(folder);
        Path pairs = DurableFile.folder(pairs());
        Path next = Files.createTempDirectory(pairs, "pair-");
        DurableFile.write(next.resolve(CHAIN), issued.chain());
        DurableFile.write(next.resolve(KEY), issued.key());
        Path before = Files.exists(pairs.resolve(CURRENT)) ? target(pairs) : next;
        link(pairs.resolve(CURRENT), next.getFileName());
        Path current = Path.of(pairs.getFileName().toString(), CURRENT);
        // Anew each time, since whoever watches the folder hears of changes in it alone.
        link(folder.resolve(name + ".key"), current.resolve(KEY));
        link(folder.resolve(name + ".crt"), current.resolve(CHAIN));
        // The one before may just be being read.
        removeAllBut(List.of(next, before));
    }

    private Path pairs() {
        return folder.resolve("." + name);
    }

    private static Path target(Path pairs) throws IOException {
        return pairs.resolve(Files.readSymbolicLink(pairs.resolve(CURRENT)));
    }

    private static void link(Path link, Path target) throws IOException {
        Path parent = link.resolveSibling("");
        Path next = link.resolveSibling("." + link.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createSymbolicLink(next, target);
        Files.move(next, link, ATOMIC_MOVE);
        DurableFile.sync(parent);
    }

    private void removeAllBut(List<Path> kept) throws IOException {
        List<Path> old;
        try (Stream<Path> all = Files.list(pairs())) {
            old = all.filter(one -> isPair(one) && !kept.contains(one)).toList();
        }
        for (Path one : old) {
            try (Stream<Path> tree = Files.walk(one)) {
                tree.sorted(Comparator.reverseOrder()).forEach(CertificateFiles::delete);
            }
        }
    }

    private static boolean isPair(Path path) {
        return path.getFileName().toString().startsWith("pair-");
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
