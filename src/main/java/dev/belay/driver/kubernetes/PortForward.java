package dev.belay.driver.kubernetes;

import dev.belay.driver.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A port of this host's loopback whose connections end at a port of a pod, each in a WebSocket of
/// its own through the API server, as `kubectl port-forward` has it. Channel 0 carries bytes both
/// ways, channel 1 what went wrong; the first message of each says the port again
/// (`v4.channel.k8s.io`).
final class PortForward implements Target.Reach {
    private static final int PIECE = 16 << 10;
    private static final int BYTES = 0;
    private static final int TROUBLE = 1;

    private final Cluster cluster;
    private final String pod;
    private final int port;
    private final ServerSocket listener;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile String trouble = "";
    private volatile boolean closed;

    /// @param port that the pod listens at
    PortForward(Cluster cluster, String pod, int port) throws IOException {
        this.cluster = cluster;
        this.pod = pod;
        this.port = port;
        listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("port-forward " + pod).start(this::accept);
    }

    @Override
    public URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    @Override
    public String trouble() {
        return trouble;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                open.add(socket);
                if (closed) {
                    // It came while the port was just being closed.
                    socket.close();
                    return;
                }
                Thread.ofVirtual().start(() -> carry(socket));
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void carry(Socket socket) {
        try (socket) {
            var back = new Back(socket.getOutputStream());
            Wire.Tunnel tunnel = cluster.forward(pod, port, back);
            open.add(tunnel);
            try (tunnel) {
                if (closed) {
                    return;
                }
                send(socket, tunnel, back);
            } finally {
                open.remove(tunnel);
            }
        } catch (ClusterFailure e) {
            trouble = e.said();
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
        } finally {
            open.remove(socket);
        }
    }

    private static void send(Socket socket, Wire.Tunnel tunnel, Back back) throws IOException {
        byte[] piece = new byte[PIECE];
        piece[0] = BYTES;
        try {
            int read = socket.getInputStream().read(piece, 1, PIECE - 1);
            while (read > 0) {
                // What is sent is read later: a piece belongs to its message.
                tunnel.send(ByteBuffer.wrap(piece.clone(), 0, read + 1));
                read = socket.getInputStream().read(piece, 1, PIECE - 1);
            }
        } catch (IOException e) {
            // The pod ends a connection as a client does.
            if (!back.isOver()) {
                throw e;
            }
        }
    }

    /// What comes back from the pod.
    private final class Back implements Wire.Ear {
        private final OutputStream out;
        private boolean begun;
        private boolean troubled;
        private volatile boolean over;

        Back(OutputStream out) {
            this.out = out;
        }

        @Override
        public void hear(ByteBuffer message) throws IOException {
            if (!message.hasRemaining()) {
                return;
            }
            int channel = message.get();
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            if (channel == BYTES) {
                if (begun) {
                    out.write(bytes);
                    out.flush();
                }
                begun = true;
            } else if (channel == TROUBLE) {
                if (troubled) {
                    trouble = new String(bytes, StandardCharsets.UTF_8);
                    over();
                }
                troubled = true;
            }
        }

        boolean isOver() {
            return over;
        }

        @Override
        public void over() {
            over = true;
            try {
                out.close();
            } catch (IOException _) {
                // It is over, however it ends.
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
            for (AutoCloseable one : open) {
                one.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
