package dev.belay.driver.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands between a client and its server, and cuts the line at the client's message of a given
/// number: as when the client is killed at that very moment.
final class CutLine implements AutoCloseable {
    enum When {
        /// The message does not arrive.
        BEFORE,
        /// The message arrives; its answer does not.
        AFTER
    }

    private final ServerSocket server;
    private final PostgresAddress real;
    private final int last;
    private final When when;
    private final AtomicInteger passed = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    CutLine(PostgresAddress real, int last, When when) throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.real = real;
        this.last = last;
        this.when = when;
        Thread.startVirtualThread(this::accept);
    }

    PostgresAddress address() {
        return new PostgresAddress(
                "127.0.0.1",
                server.getLocalPort(),
                real.database(),
                real.user(),
                real.password(),
                real.options());
    }

    /// Whether the message came.
    boolean isCut() {
        return cut;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket there = new Socket(real.host(), real.port());
                open.add(client);
                open.add(there);
                Thread.startVirtualThread(() -> ask(client, there));
                Thread.startVirtualThread(() -> answer(there, client));
            }
        } catch (IOException _) {
            // It is closed.
        }
    }

    private void ask(Socket client, Socket there) {
        byte[] bytes = new byte[64 * 1024];
        try {
            InputStream in = client.getInputStream();
            OutputStream out = there.getOutputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                boolean here = passed.incrementAndGet() == last;
                if (here && when == When.BEFORE) {
                    cut();
                    return;
                }
                cut = cut || here;
                out.write(bytes, 0, count);
            }
        } catch (IOException _) {
            // One of both has hung up.
        } finally {
            close(client);
            close(there);
        }
    }

    private void answer(Socket there, Socket client) {
        byte[] bytes = new byte[64 * 1024];
        try {
            InputStream in = there.getInputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (cut) {
                    cut();
                    return;
                }
                client.getOutputStream().write(bytes, 0, count);
            }
        } catch (IOException _) {
            // One of both has hung up.
        } finally {
            close(client);
            close(there);
        }
    }

    private void cut() {
        cut = true;
        open.forEach(CutLine::close);
    }

    private static void close(Socket one) {
        try {
            one.close();
        } catch (IOException _) {
            // It is of no use any more.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(CutLine::close);
    }
}
