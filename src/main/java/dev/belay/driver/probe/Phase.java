package dev.belay.driver.probe;

/// How far a conversation came.
public enum Phase {
    ADDRESS("address"),
    CONNECT("connect"),
    TLS("TLS"),
    SIGN_IN("sign-in"),
    OPERATION("operation"),
    CLOSE("close");

    private final String said;

    Phase(String said) {
        this.said = said;
    }

    @Override
    public String toString() {
        return said;
    }
}
