package dev.belay.driver.acme;

/// What an authority that comes to look must find.
public sealed interface ChallengeAnswer {
    /// A text to be found.
    ///
    /// @param token the end of the path, below `/.well-known/acme-challenge/`
    /// @param text the whole body
    record Http(String token, String text) implements ChallengeAnswer {}

    /// A certificate to be shown.
    ///
    /// @param host by which the handshake asks
    /// @param certificate as PEM
    /// @param key its secret key as PEM; good for this alone
    record Alpn(String host, String certificate, String key) implements ChallengeAnswer {
        @Override
        public String toString() {
            return "Alpn[host=" + host + "]";
        }
    }
}
