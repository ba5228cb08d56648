package dev.belay.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The processes that live in a state folder, which is to say work in it: gateway, instances, local
/// datastores. Found by where they are, not by what was written down about them: so nothing that
/// Belay started here is forgotten, and nothing that it did not start is touched.
public final class Residents {
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final long POLL_MILLIS = 50;

    private Residents() {}

    /// Asks all of them to end, and ends those that do not in time.
    ///
    /// @return how many there were
    public static int end(Path state) {
        List<ProcessHandle> there = in(state);
        there.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + GRACE.toNanos();
        while (there.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            pause();
        }
        // Anew: what was asked to end may have begun another.
        in(state).forEach(ProcessHandle::destroyForcibly);
        return there.size();
    }

    static List<ProcessHandle> in(Path state) {
        try {
            Path real = state.toRealPath();
            return ProcessHandle.allProcesses()
                    .filter(process -> process.pid() != ProcessHandle.current().pid())
                    .filter(process -> worksIn(process, real))
                    .toList();
        } catch (IOException _) {
            // No folder, no residents.
            return List.of();
        }
    }

    private static boolean worksIn(ProcessHandle process, Path folder) {
        try {
            Path link = Path.of("/proc", Long.toString(process.pid()), "cwd");
            return Files.readSymbolicLink(link).startsWith(folder);
        } catch (IOException _) {
            // It has ended, or it is somebody else's.
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
