package dev.belay.gateway.tls;

import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the certificates that a [TlsUse] names, again and again: what did not change stays the
/// same object, and what became unusable stays what it was.
final class CertificateFolder {
    private static final int PAIRS_MAX = 1_000;
    private static final long FILE_MAX = 1024 * 1024;
    private static final String KEY = ".key";
    private static final List<String> CERTIFICATES = List.of(".crt", ".pem");

    private final TlsUse use;
    private final SslProvider provider;

    /// All that can be used, in the order of their names, and what is wrong with the others.
    record Reading(List<Certificate> certificates, List<String> problems) {
        Reading {
            certificates = List.copyOf(certificates);
            problems = List.copyOf(problems);
        }
    }

    /// Either may be missing where somebody is about to write it.
    private record Place(@Nullable Path certificate, @Nullable Path key) {}

    CertificateFolder(TlsUse use, SslProvider provider) {
        this.use = use;
        this.provider = provider;
    }

    /// The folders in which something may change.
    Set<Path> folders() {
        return switch (use.source()) {
            case TlsUse.Folder(Path path) -> Set.of(path);
            case TlsUse.Ordered(Path path) -> Set.of(path);
            case TlsUse.Pair(Path certificate, Path key) ->
                    Set.copyOf(
                            List.of(parent(certificate), parent(key)).stream().distinct().toList());
        };
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }

    /// @param before what was read the last time
    Reading read(Collection<Certificate> before) {
        Map<String, Certificate> known = new HashMap<>();
        before.forEach(one -> known.put(one.file(), one));
        var problems = new ArrayList<String>();
        Map<String, Place> files;
        try {
            files = files();
        } catch (IOException e) {
            if (known.isEmpty() && awaited() && e instanceof NoSuchFileException) {
                return new Reading(List.of(), List.of());
            }
            problems.add("the certificates cannot be read: " + reason(e));
            return new Reading(List.copyOf(before), problems);
        }
        var read = new ArrayList<Certificate>();
        for (var one : files.entrySet()) {
            Certificate old = known.get(one.getKey());
            try {
                read.add(read(one.getKey(), one.getValue(), old));
            } catch (UnusableException e) {
                problems.add(old == null ? e.getMessage() : e.getMessage() + kept(old));
                if (old != null) {
                    read.add(old);
                }
            }
        }
        if (files.isEmpty() && known.isEmpty() && awaited()) {
            return new Reading(List.of(), List.of());
        }
        if (files.isEmpty()) {
            problems.add("there are no certificates (`NAME.crt` with `NAME.key`) in " + where());
            // Emptied by mistake, or in the midst of an exchange: nobody wants to serve nothing.
            read.addAll(before);
        }
        return new Reading(read, problems);
    }

    /// Whether it is no fault that there is none yet.
    boolean awaited() {
        return use.source() instanceof TlsUse.Ordered;
    }

    private static String kept(Certificate old) {
        return "; the one before is served on, until " + old.until();
    }

    private String where() {
        return switch (use.source()) {
            case TlsUse.Folder(Path path) -> path.toString();
            case TlsUse.Ordered(Path path) -> path.toString();
            case TlsUse.Pair(Path certificate, Path _) -> certificate.toString();
        };
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException missing
                ? missing.getFile() + " is not there"
                : String.valueOf(e.getMessage());
    }

    private Map<String, Place> files() throws IOException {
        return switch (use.source()) {
            case TlsUse.Folder(Path path) -> pairs(path);
            case TlsUse.Ordered(Path path) -> pairs(path);
            case TlsUse.Pair(Path certificate, Path key) -> {
                String name = String.valueOf(certificate.getFileName());
                int dot = name.lastIndexOf('.');
                yield Map.of(dot > 0 ? name.substring(0, dot) : name, new Place(certificate, key));
            }
        };
    }

    private static Map<String, Place> pairs(Path folder) throws IOException {
        var pairs = new TreeMap<String, Place>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                int dot = name.lastIndexOf('.');
                String extension = dot > 0 ? name.substring(dot) : "";
                boolean key = extension.equals(KEY);
                if ((!key && !CERTIFICATES.contains(extension)) || !Files.isRegularFile(file)) {
                    continue;
                }
                var one = key ? new Place(null, file) : new Place(file, null);
                pairs.merge(name.substring(0, dot), one, CertificateFolder::together);
                if (pairs.size() > PAIRS_MAX) {
                    throw new IOException("over " + PAIRS_MAX + " pairs in " + folder);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return pairs;
    }

    /// Of `a.crt` and `a.pem` the first by name.
    private static Place together(Place a, Place b) {
        Path certificate = a.certificate() == null ? b.certificate() : a.certificate();
        if (a.certificate() != null && b.certificate() != null) {
            certificate =
                    a.certificate().compareTo(b.certificate()) < 0
                            ? a.certificate()
                            : b.certificate();
        }
        return new Place(certificate, a.key() == null ? b.key() : a.key());
    }

    private Certificate read(String name, Place files, @Nullable Certificate old)
            throws UnusableException {
        if (files.certificate() == null || files.key() == null) {
            String missing = files.key() == null ? KEY : CERTIFICATES.getFirst();
            throw new UnusableException("`%s%s` is not there".formatted(name, missing));
        }
        byte[] certificate = bytes(files.certificate());
        byte[] key = bytes(files.key());
        boolean same = old != null && old.digest().equals(Certificate.digest(certificate, key));
        return old != null && same
                ? old
                : Certificate.of(name, certificate, key, use.minimum(), provider);
    }

    private static byte[] bytes(Path file) throws UnusableException {
        try {
            if (Files.size(file) > FILE_MAX) {
                throw new UnusableException(file + " is over " + FILE_MAX + " bytes long");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnusableException(file + " cannot be read: " + reason(e));
        }
    }
}
