package dev.belay.server.api;

import io.javalin.http.HttpStatus;

/// The request is turned away for how it came, before anybody looked at what it wants.
final class Rejected extends RuntimeException {
    private final HttpStatus status;
    private final String wayOut;

    Rejected(HttpStatus status, String reason, String wayOut) {
        super(reason, null, false, false);
        this.status = status;
        this.wayOut = wayOut;
    }

    HttpStatus status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    String wayOut() {
        return wayOut;
    }
}
