package dev.belay.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The processes that live in a state folder, which is to say work in it: gateway, instances, local
/// datastores; and a control plane that was started for it and lost it. Found by where they are,
/// not by what was written down about them: so nothing that Belay started here is forgotten, even
/// when the folder was deleted under it, and nothing that it did not start is touched.
public final class Residents {
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final long POLL_MILLIS = 50;

    /// What the kernel puts behind the name of a folder that is gone.
    private static final String DELETED = " (deleted)";

    private static final String PROGRAM = "dev.belay.cli.Main";

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
            Path real = real(state.toAbsolutePath().normalize());
            return ProcessHandle.allProcesses()
                    .filter(process -> process.pid() != ProcessHandle.current().pid())
                    .filter(process -> worksIn(process, real) || serves(process, state))
                    .toList();
        } catch (IOException _) {
            // No folder, no residents.
            return List.of();
        }
    }

    private static boolean worksIn(ProcessHandle process, Path folder) {
        try {
            Path link = Path.of("/proc", Long.toString(process.pid()), "cwd");
            String place = Files.readSymbolicLink(link).toString();
            return Path.of(place.replace(DELETED, "")).startsWith(folder);
        } catch (IOException _) {
            // It has ended, or it is somebody else's.
            return false;
        }
    }

    /// Also of a folder that was deleted.
    private static Path real(Path state) throws IOException {
        Path parent = state.getParent();
        return Files.exists(state) || parent == null
                ? state.toRealPath()
                : parent.toRealPath().resolve(state.getFileName());
    }

    /// Whether it is a control plane that was told this state folder, as `belay up` tells it.
    private static boolean serves(ProcessHandle process, Path state) {
        List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
        int told = arguments.indexOf("--state");
        int program = arguments.indexOf(PROGRAM);
        boolean server =
                program >= 0
                        && program + 1 < arguments.size()
                        && arguments.get(program + 1).equals("server");
        if (!server || told < 0 || told + 1 >= arguments.size()) {
            return false;
        }
        Path own = Path.of(arguments.get(told + 1));
        return own.isAbsolute() && own.normalize().equals(state.toAbsolutePath().normalize());
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
