package dev.belay.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Ends what a control plane leaves running on purpose: processes that work below a test's folder.
final class Leftovers {
    private static final int WITHIN_SECONDS = 20;

    private Leftovers() {}

    static void end(Path folder) throws Exception {
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            if (worksBelow(process.pid(), folder)) {
                process.destroyForcibly();
                process.onExit().get(WITHIN_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private static boolean worksBelow(long pid, Path folder) {
        try {
            Path there = Path.of("/proc", Long.toString(pid), "cwd").toRealPath();
            return Files.exists(folder) && there.startsWith(folder.toRealPath());
        } catch (IOException _) {
            return false;
        }
    }
}
