package dev.belay.server.signature;

import dev.belay.manifest.SignatureDemand;
import dev.belay.release.Digest;
import dev.belay.release.SignatureRule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/// Reads the keys and trust roots that a manifest names: from its folder, and from nowhere else,
/// not through a link either.
public final class TrustFiles {
    private static final int BYTES_MAX = 256 * 1024;

    private final Path folder;

    /// Files in the manifest's folder.
    public TrustFiles(Path folder) {
        this.folder = folder;
    }

    /// Whom an environment trusts now.
    ///
    /// @throws Unsigned when a file is not there, or holds something else, with its name
    public Trust read(String environment, SignatureDemand demand) throws Unsigned {
        var keys = new TreeMap<String, TrustedKey>();
        var names = new TreeMap<String, String>();
        for (String file : demand.keys()) {
            TrustedKey key = of(file, Pem::key);
            if (keys.put(key.fingerprint(), key) != null) {
                throw new Unsigned(
                        "`%s` is the same key as `%s`"
                                .formatted(file, names.get(key.fingerprint())),
                        "name each key once");
            }
            names.put(key.fingerprint(), file);
        }
        TrustRoot root = TrustRoot.NONE;
        var digests = new StringBuilder();
        for (String file : demand.root()) {
            digests.append(Digest.of(bytes(file)).text()).append('\n');
            root = root.and(of(file, TrustRoot::read));
        }
        requireWhole(demand, root);
        var rule =
                new SignatureRule(
                        environment,
                        names,
                        demand.identities(),
                        digests.isEmpty() ? "" : Digest.of(digests.toString()).text(),
                        demand.need(),
                        demand.provenance());
        return new Trust(rule, keys, root);
    }

    private static void requireWhole(SignatureDemand demand, TrustRoot root) throws Unsigned {
        boolean lacks = root.authorities().isEmpty() || root.logs().isEmpty();
        if (!demand.identities().isEmpty() && lacks) {
            throw new Unsigned(
                    "the trust root %s has %s"
                            .formatted(
                                    List.copyOf(demand.root()),
                                    root.authorities().isEmpty()
                                            ? "no certificate authority"
                                            : "no transparency log"),
                    "identities need both: the authority's certificates and the log's public key");
        }
    }

    private interface Reader<T> {
        T read(byte[] file) throws Unsigned;
    }

    private <T> T of(String file, Reader<T> reader) throws Unsigned {
        try {
            return reader.read(bytes(file));
        } catch (Unsigned e) {
            String said = String.valueOf(e.getMessage());
            String named = said.startsWith("`") ? said : "`%s` %s".formatted(file, said);
            throw new Unsigned(named, e.hint());
        }
    }

    private byte[] bytes(String file) throws Unsigned {
        try {
            Path path = folder.resolve(file).toRealPath();
            if (path.startsWith(folder.toRealPath()) && Files.isRegularFile(path)) {
                try (InputStream in = Files.newInputStream(path)) {
                    byte[] bytes = in.readNBytes(BYTES_MAX + 1);
                    if (bytes.length <= BYTES_MAX) {
                        return bytes;
                    }
                }
                throw new Unsigned("`%s` is larger than any key or trust root".formatted(file));
            }
        } catch (IOException _) {
            // Said below.
        }
        throw new Unsigned(
                "`%s` is no file in the manifest's folder that can be read".formatted(file),
                "paths are relative to the manifest's folder, and no link may lead out of it");
    }
}
