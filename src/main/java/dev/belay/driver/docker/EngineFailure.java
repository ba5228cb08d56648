package dev.belay.driver.docker;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import javax.net.ssl.SSLException;

/// The engine said no, or cannot be asked.
final class EngineFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String hint;

    private EngineFailure(int status, String message, String hint) {
        super(message);
        this.status = status;
        this.hint = hint;
    }

    /// What it answered.
    ///
    /// @param status of its answer
    static EngineFailure said(int status, String message) {
        return new EngineFailure(status, message, "");
    }

    /// It cannot be asked, or not be understood.
    static EngineFailure away(String message, String hint) {
        return new EngineFailure(0, message, hint);
    }

    /// Nobody can be reached there, in words that say what to do.
    static EngineFailure unreachable(EngineRoute route, IOException e) {
        String said = String.valueOf(e.getMessage());
        String what = "the Docker Engine at `%s` cannot be asked: ".formatted(route);
        if (said.contains("Permission denied") || e instanceof AccessDeniedException) {
            return away(
                    what + "whoever Belay runs as may not open it",
                    "add that user to the group of the socket, mostly `docker`");
        }
        if (e instanceof UnknownHostException) {
            return away(what + "there is no such host", "mend the engine's address");
        }
        if (e instanceof SSLException) {
            return away(
                    what + said,
                    "see that its certificate is of the authority in `ca.pem` and names the host,"
                            + " and that ours is of one that it believes");
        }
        boolean nobody =
                e instanceof ConnectException
                        || said.contains("Connection refused")
                        || said.contains("No such file");
        return away(
                what + (nobody ? "nobody answers there" : said),
                "start it, or say where it is: by `DOCKER_HOST`");
    }

    /// How to mend it; empty where the engine's own words are all there is.
    String hint() {
        return hint;
    }

    /// It has nothing of that name.
    boolean isMissing() {
        return status == 404;
    }

    /// What is asked for is in use.
    boolean isInUse() {
        return status == 409;
    }

    /// It answered, and the answer is no.
    boolean isAnswer() {
        return status > 0;
    }
}
