package dev.belay.driver.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port of loopback from which an encrypted line goes to a server, for a scratch server that
/// follows it: Redis itself would not look whether the certificate is of that name. Whoever else
/// connects has no password. Lives as long as one copy is made.
final class Tunnel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);
    private static final int CHUNK = 1 << 16;

    private final RedisAddress to;
    private final SSLContext trust;
    private final ServerSocket port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Tunnel(RedisAddress to, SSLContext trust) throws IOException {
        this.to = to;
        this.trust = trust;
        port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("tunnel").start(this::accept);
    }

    int port() {
        return port.getLocalPort();
    }

    /// One after the other: a replica has one line at a time.
    private void accept() {
        while (!port.isClosed()) {
            try (Socket near = port.accept()) {
                open.add(near);
                try (Socket far = RedisSession.connected(to, trust, Duration.ZERO)) {
                    open.add(far);
                    Thread back = Thread.startVirtualThread(() -> pump(far, near));
                    pump(near, far);
                    back.join();
                    open.remove(far);
                }
                open.remove(near);
            } catch (IOException e) {
                LOG.debug("a line to {} ended: {}", to, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Until one of the two ends; then both do.
    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                out.write(chunk, 0, n);
            }
        } catch (IOException e) {
            LOG.debug("a line was cut: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            port.close();
            for (Socket one : open) {
                one.close();
            }
        } catch (IOException gone) {
            LOG.debug("a line to {} was closed: {}", to, gone.getMessage());
        }
    }
}
