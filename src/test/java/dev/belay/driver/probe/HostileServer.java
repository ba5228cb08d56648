package dev.belay.driver.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A real listener on the loopback that behaves as a test tells it to.
final class HostileServer implements AutoCloseable {
    /// What it does with one connection.
    interface Behaviour {
        void with(Socket socket) throws Exception;
    }

    private final ServerSocket listener;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

    private HostileServer(ServerSocket listener) {
        this.listener = listener;
    }

    static HostileServer that(Behaviour behaviour) throws IOException {
        return on(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), behaviour);
    }

    static HostileServer on(ServerSocket listener, Behaviour behaviour) {
        var server = new HostileServer(listener);
        Thread.ofVirtual().start(() -> server.accept(behaviour));
        return server;
    }

    /// Says the same to everybody, whatever they say, and keeps the line open.
    static HostileServer saying(byte[] words) throws IOException {
        return that(socket -> {
            socket.getOutputStream().write(words);
            socket.getOutputStream().flush();
            drain(socket);
        });
    }

    static HostileServer saying(String words) throws IOException {
        return saying(words.getBytes(StandardCharsets.ISO_8859_1));
    }

    static HostileServer silent() throws IOException {
        return that(HostileServer::drain);
    }

    static HostileServer endless(int filler) throws IOException {
        return that(socket -> {
            byte[] block = new byte[8192];
            Arrays.fill(block, (byte) filler);
            while (true) {
                socket.getOutputStream().write(block);
            }
        });
    }

    static void drain(Socket socket) throws IOException {
        while (socket.getInputStream().read() >= 0) {
            // Only the end matters.
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    private void accept(Behaviour behaviour) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                Thread.ofVirtual()
                        .start(() -> {
                            try (socket) {
                                behaviour.with(socket);
                            } catch (Exception ended) {
                                // The probe hung up, as it should.
                            }
                        });
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : List.copyOf(open)) {
            socket.close();
        }
    }
}
