package dev.belay.driver.artifact;

import java.io.IOException;

/// An artifact that cannot be used, or a folder that cannot become one. The message is for people.
public final class ArtifactException extends IOException {
    private static final long serialVersionUID = 1;

    public ArtifactException(String message) {
        super(message);
    }

    public ArtifactException(String message, Throwable cause) {
        super(message, cause);
    }
}
