package dev.belay.driver.process;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.host.Life;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the launcher writes of one run: `claim` when it begins, `exit` when it is over.
public record RunFolder(Path path) {
    private static final Pattern CLAIM = Pattern.compile("([0-9]{1,18}) ([0-9]{1,18})\n");
    private static final Pattern STATUS = Pattern.compile("([0-9]{1,3})\n");

    private static final Duration WRITE_EXIT = Duration.ofSeconds(1);

    /// After that, the pid of a launcher that claimed nothing is somebody else's.
    private static final Duration SLOWEST = Duration.ofSeconds(30);

    /// How long a launcher may take to claim its run when nobody wrote its pid down.
    private static final Duration UNSEEN = Duration.ofMillis(500);

    /// @param boot in which it was started, by the launcher of that pid, then
    Life life(String boot, long launcher, Instant started) throws IOException {
        if (!boot.equals(ProcessTable.BOOT)) {
            return new Life.Ended(status());
        }
        Optional<String> claim = DurableFile.read(path.resolve("claim"));
        Matcher process = CLAIM.matcher(claim.orElse(""));
        if (process.matches()) {
            long pid = Long.parseLong(process.group(1));
            long start = Long.parseLong(process.group(2));
            return ProcessTable.lives(pid, start)
                    ? new Life.Alive(pid, start)
                    : new Life.Ended(status());
        }
        boolean revoked = claim.isPresent() && claim.get().startsWith("revoked");
        return !revoked && isStarting(launcher, started)
                ? new Life.Starting()
                : new Life.Ended(status());
    }

    private static boolean isStarting(long launcher, Instant started) {
        Duration patience = launcher > 0 ? SLOWEST : UNSEEN;
        return Instant.now().isBefore(started.plus(patience))
                && (launcher == 0 || ProcessTable.find(launcher).isPresent());
    }

    /// Makes sure that a run that did not begin never will; false when it has begun.
    public boolean revoke() throws IOException {
        DurableFile.folder(path);
        try {
            Files.writeString(path.resolve("claim"), "revoked\n", CREATE_NEW, WRITE);
            return true;
        } catch (FileAlreadyExistsException _) {
            return DurableFile.read(path.resolve("claim")).orElse("").startsWith("revoked");
        }
    }

    /// Whether it began; one that did not, never will.
    ///
    /// @param boot in which it was started. The claim of an earlier one may have been lost with the
    ///   power, so that only the word that it was given up counts
    boolean began(String boot) throws IOException {
        return boot.equals(ProcessTable.BOOT)
                ? !revoke()
                : !DurableFile.read(path.resolve("claim")).orElse("").startsWith("revoked");
    }

    /// The exit status of what ended, after a moment for the launcher to write it down.
    int settledStatus(long launcher) throws IOException {
        Deadline.in(WRITE_EXIT).await(() -> hasStatus() || ProcessTable.find(launcher).isEmpty());
        return status();
    }

    private boolean hasStatus() {
        try {
            return status() != Life.NO_STATUS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The exit status that the launcher wrote, or [Life#NO_STATUS].
    int status() throws IOException {
        Matcher status = STATUS.matcher(DurableFile.read(path.resolve("exit")).orElse(""));
        return status.matches() ? Integer.parseInt(status.group(1)) : Life.NO_STATUS;
    }
}
