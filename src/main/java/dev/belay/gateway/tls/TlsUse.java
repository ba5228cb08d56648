package dev.belay.gateway.tls;

import java.nio.file.Path;

/// How a port speaks TLS: where its certificates are, never the certificates.
public record TlsUse(Source source, Minimum minimum) {
    /// The oldest version that clients may speak.
    public enum Minimum {
        TLS_1_2("1.2"),
        TLS_1_3("1.3");

        private final String text;

        Minimum(String text) {
            this.text = text;
        }

        /// As it is written in manifests and routes.
        public String text() {
            return text;
        }
    }

    /// Where certificates come from.
    public sealed interface Source {}

    /// Every `NAME.crt` or `NAME.pem` with its `NAME.key`.
    public record Folder(Path path) implements Source {}

    /// One pair.
    public record Pair(Path certificate, Path key) implements Source {}

    /// A folder as [Folder]'s, into which somebody has ordered certificates: the port opens before
    /// the first one is there.
    public record Ordered(Path path) implements Source {}

    public static TlsUse ordered(Path path) {
        return new TlsUse(new Ordered(path), Minimum.TLS_1_2);
    }

    public static TlsUse folder(Path path) {
        return new TlsUse(new Folder(path), Minimum.TLS_1_2);
    }

    public static TlsUse pair(Path certificate, Path key) {
        return new TlsUse(new Pair(certificate, key), Minimum.TLS_1_2);
    }

    public TlsUse atLeast(Minimum other) {
        return new TlsUse(source, other);
    }
}
