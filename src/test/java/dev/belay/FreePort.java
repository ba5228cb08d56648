package dev.belay;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Ports for what is started a moment later. From below the range that the kernel gives to outgoing
/// connections and to whoever asks for any port: one of those may be somebody else's by then. Tests
/// that run in two processes at once choose from a half each: what one has chosen, nobody listens
/// at yet.
public final class FreePort {
    private static final int COUNT = 2_000;
    private static final int FORK = Math.floorMod(Integer.getInteger("tests.fork", 1), 2);
    private static final int LOWEST = 10_000 + COUNT * FORK;

    /// What may be added to the ports of an example, 100 to 1 500: then those of its components lie
    /// below all that is chosen here, and those of its datastores between that and what instances
    /// are given, from 20 000 on.
    private static final int OFFSETS = 700;

    private static final int APART = 10;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePort() {}

    /// What is to be added to these ports so that nobody listens at any of them.
    public static int offset(Collection<Integer> ports) {
        int first = 100 + OFFSETS * FORK;
        for (int offset = first; offset < first + OFFSETS; offset += APART) {
            int candidate = offset;
            if (ports.stream().allMatch(port -> isFree(port + candidate))) {
                return candidate;
            }
        }
        throw new IllegalStateException("no ports are free from " + first + " above these on");
    }

    public static boolean isFree(int port) {
        try (var _ = new ServerSocket(port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Another one with every call.
    public static int choose() {
        for (int i = 0; i < COUNT; i++) {
            int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port is free from " + LOWEST + " on");
    }
}
