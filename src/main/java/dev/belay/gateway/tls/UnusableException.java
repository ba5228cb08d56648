package dev.belay.gateway.tls;

/// Why a certificate or a key cannot be used: a sentence for whoever put it there.
final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableException(String message) {
        super(message);
    }
}
