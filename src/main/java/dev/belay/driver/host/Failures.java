package dev.belay.driver.host;

import dev.belay.driver.Answer;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/// Says in a sentence what the disk or the kernel refused.
final class Failures {
    private Failures() {}

    static Answer answer(Exception e) {
        return new Answer.Failed(
                say(e), "make room or give permission on this host; nothing is lost", true);
    }

    static String say(Exception e) {
        Throwable cause = e.getCause() instanceof IOException inner ? inner : e;
        return switch (cause) {
            case AccessDeniedException denied ->
                    "`" + denied.getFile() + "` may not be read or written";
            case FileSystemException file when file.getReason() != null ->
                    "`" + file.getFile() + "`: " + file.getReason();
            default -> String.valueOf(cause.getMessage());
        };
    }
}
