package dev.belay.driver.datastore;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Who listens on a port, as far as this user may see.
final class PortHolder {
    private static final String LISTENING = "0A";

    private PortHolder() {}

    /// `, held by NAME (process 123)`, or empty when it cannot be known.
    static String said(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            sockets.addAll(sockets(Path.of(table), port));
        }
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, sockets)) {
                    String name = Files.readString(process.resolve("comm")).strip();
                    return ", held by " + name + " (process " + process.getFileName() + ")";
                }
            }
        } catch (IOException ended) {
            // A process that ends while we look is not worth a failure of its own.
        }
        return "";
    }

    /// The links that a process holds in its `fd` folder for listening on `port`.
    private static Set<String> sockets(Path table, int port) {
        Set<String> sockets = new HashSet<>();
        String wanted = String.format(Locale.ROOT, ":%04X", port);
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 9
                        && fields[1].endsWith(wanted)
                        && fields[3].equals(LISTENING)) {
                    sockets.add("socket:[" + fields[9] + "]");
                }
            }
        } catch (IOException hidden) {
            // Without the table nobody can be named.
        }
        return sockets;
    }

    private static boolean holds(Path process, Set<String> sockets) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path link : open) {
                if (sockets.contains(Files.readSymbolicLink(link).toString())) {
                    return true;
                }
            }
        } catch (IOException hidden) {
            // Not ours to see, or gone.
        }
        return false;
    }
}
