package dev.belay.driver.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Who listens on a port, as far as this user may see.
///
/// @param folder where it works
/// @param gateway whether it is a gateway of ours
public record PortHolder(String name, long pid, Path folder, boolean gateway) {
    private static final String LISTENING = "0A";
    private static final String GATEWAY = "dev.belay.gateway.GatewayMain";
    private static final String DELETED = " (deleted)";

    /// Looks through the processes that may be looked into.
    public static Optional<PortHolder> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            sockets.addAll(sockets(Path.of(table), port));
        }
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (!sockets.isEmpty() && holds(process, sockets)) {
                    return Optional.of(read(process));
                }
            }
        } catch (IOException ended) {
            // A process that ends while we look is not worth a failure of its own.
        }
        return Optional.empty();
    }

    private static PortHolder read(Path process) throws IOException {
        String command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        return new PortHolder(
                Files.readString(process.resolve("comm")).strip(),
                Long.parseLong(String.valueOf(process.getFileName())),
                Files.readSymbolicLink(process.resolve("cwd")),
                command.contains(GATEWAY));
    }

    /// `, held by NAME (process 123)`, or empty when it cannot be known.
    public static String said(Optional<PortHolder> holder) {
        return holder.map(held -> ", held by " + held).orElse("");
    }

    /// Whether it works in a folder that is not there any more.
    public boolean astray() {
        return folder.toString().endsWith(DELETED);
    }

    /// Of a gateway: the folder that its state folder was in.
    public Path home() {
        return Objects.requireNonNullElse(state().getParent(), state());
    }

    private Path state() {
        return Objects.requireNonNullElse(folder.getParent(), folder);
    }

    @Override
    public String toString() {
        if (!gateway) {
            return name + " (process " + pid + ")";
        }
        Path state = state();
        return astray()
                ? "the gateway of `%s`, which was deleted (process %d)".formatted(state, pid)
                : "the gateway of `%s` (process %d)".formatted(state, pid);
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
