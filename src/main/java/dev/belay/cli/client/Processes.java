package dev.belay.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/// Whether a process is still the one that was meant: numbers are given out again.
public final class Processes {
    private static final int FIELDS_BEFORE_START = 19;

    private Processes() {}

    /// Whether the process that began then still lives.
    ///
    /// @param started as [#started] gave it
    public static boolean runs(long pid, long started) {
        return pid > 0 && started > 0 && started(pid) == started;
    }

    /// When the process began: in ticks after boot where there is `/proc`, else in milliseconds
    /// since the epoch; 0 when there is no such process.
    public static long started(long pid) {
        Path proc = Path.of("/proc/self/stat");
        if (!Files.exists(proc)) {
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().startInstant())
                    .map(Instant::toEpochMilli)
                    .orElse(0L);
        }
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The program's name, in brackets, may hold blanks and brackets itself.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            // One that has ended stays listed until its parent asks how it did.
            boolean ended = fields[0].equals("Z") || fields[0].equals("X");
            return ended ? 0 : Long.parseLong(fields[FIELDS_BEFORE_START]);
        } catch (IOException _) {
            return 0;
        }
    }
}
