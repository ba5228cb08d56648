package dev.belay.driver.backup;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the servers that are started in scratch have in common: they listen on loopback, for this
/// process alone, and their data is of no use any more once they end.
public final class ScratchServer {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchServer.class);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--");

    private ScratchServer() {}

    /// How one is ended.
    ///
    /// @param pid the file that holds its process's number in its first line, below the folder
    /// @param mark what its command line has and no other's: a number alone may be somebody else's
    ///   by now
    /// @param signal as `KILL`
    public record Ending(String pid, String mark, String signal) {}

    /// Whether servers have to run as another user, as most of them refuse to run as root.
    public static boolean isRoot() {
        return ROOT;
    }

    /// The command as an ordinary user runs it.
    public static List<String> unprivileged(List<String> command) {
        return ROOT ? Stream.concat(AS_NOBODY.stream(), command.stream()).toList() : command;
    }

    /// A port that nobody has at the moment.
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Ends whatever server works in the folder, and deletes the folder.
    public static void end(Path folder, Ending how) {
        stop(folder, how);
        remove(folder);
    }

    /// The same of one that this process started, and that may not have written its number down; an
    /// interrupt does not keep it from that.
    public static void end(Process process, Path folder, Ending how) {
        boolean interrupted = Thread.interrupted();
        stop(folder, how);
        process.destroyForcibly();
        remove(folder);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Path folder, Ending how) {
        try {
            Path pid = folder.resolve(how.pid());
            if (Files.exists(pid)) {
                String number = Files.readString(pid).lines().findFirst().orElse("").strip();
                if (number.matches("[0-9]{1,9}") && serves(Long.parseLong(number), how.mark())) {
                    stop(Long.parseLong(number), how.signal());
                }
            }
        } catch (IOException e) {
            LOG.warn("whether a server runs in {} is not known: {}", folder, e.getMessage());
        }
    }

    private static void remove(Path folder) {
        try {
            BackupStore.remove(folder);
        } catch (IOException e) {
            LOG.warn("{} holds plain data and cannot be removed: {}", folder, e.getMessage());
        }
    }

    private static boolean serves(long pid, String mark) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).contains(mark);
        } catch (IOException gone) {
            return false;
        }
    }

    private static void stop(long pid, String signal) throws IOException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
        ProcessHandle.of(pid)
                .ifPresent(one -> {
                    try {
                        one.onExit().get(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (ExecutionException | TimeoutException e) {
                        LOG.warn("a scratch server does not end: {}", pid);
                        one.destroyForcibly();
                    }
                });
    }
}
