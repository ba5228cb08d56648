package dev.belay.server;

import dev.belay.Killing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Ends what a control plane leaves running on purpose: processes that work below a test's folder.
final class Leftovers {
    private Leftovers() {}

    /// Until nothing is found twice in a row: what was just being started may start another.
    static void end(Path folder) throws Exception {
        for (int clean = 0; clean < 2; clean++) {
            for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
                if (worksBelow(process.pid(), folder) || isOf(process.pid(), folder)) {
                    clean = -1;
                    Killing.kill(List.of(process));
                }
            }
        }
    }

    /// By its environment, which instances and their launchers carry.
    private static boolean isOf(long pid, Path folder) {
        if (pid == ProcessHandle.current().pid()) {
            return false;
        }
        try {
            String environment =
                    Files.readString(
                            Path.of("/proc", Long.toString(pid), "environ"),
                            StandardCharsets.ISO_8859_1);
            return environment.contains("BELAY_STATE=" + folder);
        } catch (IOException _) {
            return false;
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
