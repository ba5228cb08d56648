package dev.belay.driver.kubernetes.fake;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The container of one pod that is a real program: how often it was started, and how it ended.
final class Life {
    /// Deaths after which a start waits for a moment.
    private static final int AT_ONCE = 2;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Fate.Program program;
    private final String address;
    private Fate.@Nullable Running running;
    private String before = "";
    private int starts;
    private int deaths;
    private int lastExit = -1;
    private Instant since = Instant.MIN;
    private @Nullable String impossible;

    Life(Fate.Program program, String address) {
        this.program = program;
        this.address = address;
    }

    /// What it is doing at this moment.
    sealed interface Now {}

    record Runs(boolean ready) implements Now {}

    record Over(int code) implements Now {}

    record Pauses(String reason, String message) implements Now {}

    /// Looks, and starts it if it is to run and does not.
    synchronized Now look(JsonNode pod, boolean once) {
        if (running != null) {
            Optional<Integer> exit = running.exit();
            if (exit.isEmpty()) {
                return new Runs(running.isReady());
            }
            if (once) {
                return new Over(exit.get());
            }
            before += running.log();
            running = null;
            deaths++;
            lastExit = exit.get();
            since = Instant.now();
        }
        boolean waits = deaths > AT_ONCE && since.plus(PAUSE).isAfter(Instant.now());
        if (!waits) {
            begin(pod);
        }
        if (running != null) {
            return new Runs(running.isReady());
        }
        return impossible == null
                ? new Pauses("CrashLoopBackOff", "back-off restarting failed container")
                : new Pauses("RunContainerError", impossible);
    }

    private void begin(JsonNode pod) {
        try {
            running = program.start(pod, address);
            impossible = null;
            starts++;
        } catch (IOException e) {
            impossible = String.valueOf(e.getMessage());
        }
    }

    /// Writes into a container's status how often it began anew, and how it ended last.
    synchronized void tell(ObjectNode container) {
        container.put("restartCount", Math.max(0, starts - 1));
        if (deaths > 0) {
            Tree.in(container, "lastState", "terminated")
                    .put("exitCode", lastExit)
                    .put("reason", "Error")
                    .put("finishedAt", since.truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }

    /// Has it end, and says whether it has.
    synchronized boolean hasEnded(long graceSeconds) {
        if (running == null) {
            return true;
        }
        running.end(Duration.ofSeconds(graceSeconds));
        return running.exit().isPresent();
    }

    synchronized void stop() {
        if (running != null) {
            running.stop();
        }
    }

    synchronized String log() {
        return running == null ? before : before + running.log();
    }
}
