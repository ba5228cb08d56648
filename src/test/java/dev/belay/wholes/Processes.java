package dev.belay.wholes;

import dev.belay.Killing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the kernel knows of the processes that belong to one test's folder.
final class Processes {
    private Processes() {}

    /// Programs of instances, without the launchers that watch them.
    static List<ProcessHandle> instances(Path folder) {
        return ofFolder(folder).stream()
                .filter(p -> text(p, "environ").contains("BELAY_INSTANCE="))
                .filter(p -> !text(p, "cmdline").contains("launcher.sh"))
                .toList();
    }

    /// Those of one revision's artifact, by the word it was given.
    static List<ProcessHandle> instances(Path folder, String word) {
        return instances(folder).stream()
                .filter(p -> text(p, "cmdline").contains("\0" + word + "\0"))
                .toList();
    }

    static boolean isOf(ProcessHandle instance, String environment) {
        return text(instance, "environ").contains("BELAY_SCOPE=" + environment + "/");
    }

    static ProcessHandle gateway(Path folder) {
        return ofFolder(folder).stream()
                .filter(p -> text(p, "cmdline").contains("GatewayMain"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no gateway runs"));
    }

    static void kill(ProcessHandle process) throws Exception {
        Killing.kill(List.of(process));
    }

    /// @param name as `STOP`
    static void signal(long pid, String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start().waitFor();
    }

    /// Launchers first, as nobody may write down an end while the folder is removed.
    static void killAll(Path folder) throws Exception {
        for (var left = ofFolder(folder); !left.isEmpty(); left = ofFolder(folder)) {
            List<ProcessHandle> launchers =
                    left.stream().filter(p -> text(p, "cmdline").contains("launcher.sh")).toList();
            Killing.kill(launchers.isEmpty() ? left : launchers);
        }
    }

    private static List<ProcessHandle> ofFolder(Path folder) {
        String name = folder.toString() + "/";
        return ProcessHandle.allProcesses()
                .filter(p -> p.pid() != ProcessHandle.current().pid())
                .filter(p -> (text(p, "environ") + text(p, "cmdline")).contains(name))
                .toList();
    }

    private static String text(ProcessHandle process, String file) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), file),
                    StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            // It has ended, or it is somebody else's.
            return "";
        }
    }
}
