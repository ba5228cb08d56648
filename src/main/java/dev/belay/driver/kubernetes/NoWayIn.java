package dev.belay.driver.kubernetes;

import java.io.IOException;

/// That nobody can or may go into a cluster as its kubeconfig says. Nothing was sent, and nothing
/// will be before somebody mends that.
final class NoWayIn extends IOException {
    private static final long serialVersionUID = 1;

    private final String hint;

    NoWayIn(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    String hint() {
        return hint;
    }
}
