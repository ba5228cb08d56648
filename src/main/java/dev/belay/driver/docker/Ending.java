package dev.belay.driver.docker;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Life;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// What outlives a container of one run: `claim` before it was started, or that it never will be;
/// `exit` and `remark` after it ended.
record Ending(Path folder) {
    private static final Pattern STATUS = Pattern.compile("[0-9]{1,3}\n");
    private static final String STARTED = "started\n";
    private static final String REVOKED = "revoked\n";

    /// Makes it durable that it is about to be started; false when it was given up.
    boolean claim() throws IOException {
        return make(STARTED);
    }

    /// Gives it up; false when it was started.
    boolean revoke() throws IOException {
        return make(REVOKED);
    }

    private boolean make(String word) throws IOException {
        DurableFile.folder(folder);
        Path claim = folder.resolve("claim");
        try {
            Files.writeString(claim, word, CREATE_NEW, WRITE);
            DurableFile.sync(folder);
            return true;
        } catch (FileAlreadyExistsException _) {
            return DurableFile.read(claim).orElse("").equals(word) && word.equals(REVOKED);
        }
    }

    boolean isRevoked() throws IOException {
        return DurableFile.read(folder.resolve("claim")).orElse("").equals(REVOKED);
    }

    boolean isClaimed() throws IOException {
        return DurableFile.read(folder.resolve("claim")).orElse("").equals(STARTED);
    }

    void write(int status, String remark) throws IOException {
        DurableFile.folder(folder);
        if (!remark.isEmpty()) {
            DurableFile.write(folder.resolve("remark"), remark);
        }
        DurableFile.write(folder.resolve("exit"), status + "\n");
    }

    int status() throws IOException {
        String text = DurableFile.read(folder.resolve("exit")).orElse("");
        return STATUS.matcher(text).matches() ? Integer.parseInt(text.strip()) : Life.NO_STATUS;
    }

    String remark() throws IOException {
        return DurableFile.read(folder.resolve("remark")).orElse("");
    }
}
