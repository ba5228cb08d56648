package dev.belay.driver.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Finds a port that nobody listens on. Chosen below the range that the kernel gives to outgoing
/// connections, so that an instance which is started again finds its port still free.
final class PortChoice {
    private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 20_000;
    private static final int FEWEST = 1_000;
    private static final int TRIES = 500;

    private PortChoice() {}

    /// A free port that is not among the taken, which are given away but perhaps not bound yet.
    static int choose(Set<Integer> taken) throws IOException {
        int end = endOfRange();
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (!taken.contains(port) && isFree(port)) {
                return port;
            }
        }
        throw new IOException("there is no free port between " + LOWEST + " and " + end);
    }

    static boolean isFree(int port) {
        return canBind(null, port) && canBind(InetAddress.getLoopbackAddress(), port);
    }

    private static boolean canBind(@Nullable InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(
                    address == null
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(address, port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static int endOfRange() {
        try {
            String first = Files.readString(OUTGOING).strip().split("\\s+", -1)[0];
            int end = Integer.parseInt(first);
            return end - LOWEST >= FEWEST ? end : 65_536;
        } catch (IOException | NumberFormatException _) {
            return 32_768;
        }
    }
}
