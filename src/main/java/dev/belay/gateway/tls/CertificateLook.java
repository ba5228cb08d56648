package dev.belay.gateway.tls;

import io.netty.handler.ssl.SslProvider;
import java.time.Instant;
import java.util.List;

/// Reads certificates once, as the gateway would, for who wants to know before it does.
///
/// @param problems what the gateway would say of the files; empty when it could use all of them
/// @param usable those that it would show
public record CertificateLook(List<String> problems, List<Usable> usable) {
    public CertificateLook {
        problems = List.copyOf(problems);
        usable = List.copyOf(usable);
    }

    /// One of them.
    ///
    /// @param file how its files are called
    public record Usable(String file, Instant until) {}

    public static CertificateLook at(TlsUse use) {
        // What the JDK has suffices to look, and costs no library to load.
        var reading = new CertificateFolder(use, SslProvider.JDK).read(List.of());
        return new CertificateLook(
                reading.problems(),
                reading.certificates().stream()
                        .map(one -> new Usable(one.file(), one.until()))
                        .toList());
    }
}
