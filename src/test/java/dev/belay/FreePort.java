package dev.belay;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Ports for what is started a moment later. From below the range that the kernel gives to outgoing
/// connections and to whoever asks for any port: one of those may be somebody else's by then. Tests
/// that run in two processes at once choose from a half each: what one has chosen, nobody listens
/// at yet.
public final class FreePort {
    private static final int COUNT = 4_000;
    private static final int LOWEST =
            10_000 + COUNT * Math.floorMod(Integer.getInteger("tests.fork", 1), 2);
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePort() {}

    /// Another one with every call.
    public static int choose() {
        for (int i = 0; i < COUNT; i++) {
            int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try (var _ = new ServerSocket(port)) {
                return port;
            } catch (IOException _) {
                // Somebody's.
            }
        }
        throw new IllegalStateException("no port is free from " + LOWEST + " on");
    }
}
