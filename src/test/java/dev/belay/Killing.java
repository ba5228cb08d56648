package dev.belay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Ends processes that the test did not start itself.
///
/// Looks by itself whether they ended: java sleeps for 300 ms and more between looks at what it did
/// not start, and waits for init to reap it, which may take seconds.
public final class Killing {
    private static final int WITHIN_SECONDS = 20;
    private static final int POLL_MILLIS = 5;

    /// Of what follows the name: proc(5).
    private static final int STATE = 0;

    private static final int THREADS = 17;

    private Killing() {}

    /// By `kill -9`, all at once; returns when none of them runs.
    public static void kill(List<ProcessHandle> processes) throws Exception {
        processes.forEach(ProcessHandle::destroyForcibly);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WITHIN_SECONDS);
        while (processes.stream().anyMatch(Killing::runs)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not ended: " + processes);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /// A zombie does not, once its other threads have ended too.
    private static boolean runs(ProcessHandle process) {
        try {
            Path file = Path.of("/proc", Long.toString(process.pid()), "stat");
            String stat = Files.readString(file, StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return !fields[STATE].equals("Z") || !fields[THREADS].equals("1");
        } catch (IOException _) {
            return false;
        }
    }
}
