package dev.belay.gateway.tls;

import io.netty.handler.ssl.SslProvider;
import java.util.List;

/// Reads certificates once, as the gateway would, for who wants to know before it does.
public final class CertificateLook {
    private CertificateLook() {}

    /// What the gateway would say of the files; empty when it could use all of them.
    public static List<String> problems(TlsUse use) {
        // What the JDK has suffices to look, and costs no library to load.
        return new CertificateFolder(use, SslProvider.JDK).read(List.of()).problems();
    }
}
