package dev.belay.driver.docker;

import java.io.IOException;

/// The engine said no, or cannot be asked.
final class EngineFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /// @param status of its answer; 0 when there was none
    EngineFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    /// It has nothing of that name.
    boolean isMissing() {
        return status == 404;
    }

    /// It answered, and the answer is no.
    boolean isAnswer() {
        return status > 0;
    }
}
