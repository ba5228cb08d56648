package dev.belay.driver.acme;

/// The ways to prove that a host is ours which need nothing but the host itself.
public enum Challenge {
    /// A text at a known path on port 80 (RFC 8555 §8.3).
    HTTP_01("http-01"),
    /// A certificate in a handshake on port 443 (RFC 8737).
    TLS_ALPN_01("tls-alpn-01");

    private final String word;

    Challenge(String word) {
        this.word = word;
    }

    /// As authorities and manifests call it.
    public String word() {
        return word;
    }
}
