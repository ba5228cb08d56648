package dev.belay.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A Unix socket's file before a member that listens at a port: what comes is passed on, byte for
/// byte, both ways and half-closed too, so that every member of the tests can stand behind one.
final class SocketDoor implements AutoCloseable {
    private final Path path;
    private final int port;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    SocketDoor(Path path, int port) throws IOException {
        this(listen(path, 1_024), port);
    }

    /// Takes what waits at one that listens already.
    SocketDoor(ServerSocketChannel server, int port) throws IOException {
        this.path = ((UnixDomainSocketAddress) server.getLocalAddress()).getPath();
        this.port = port;
        this.server = server;
        Thread.startVirtualThread(this::accept);
    }

    static ServerSocketChannel listen(Path path, int backlog) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return server.bind(UnixDomainSocketAddress.of(path), backlog);
    }

    static Route.Share share(String revision, Path path, Route.Protocol protocol) {
        var member = new Route.Member(revision + "-1", new Route.SocketFile(path), protocol);
        return new Route.Share(revision, 1, new Route.Members(List.of(member)));
    }

    Route.Share share(String revision) {
        return share(revision, path, Route.Protocol.HTTP1);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
                SocketChannel member = SocketChannel.open(at);
                open.add(client);
                open.add(member);
                Thread.startVirtualThread(() -> pass(client, member));
                Thread.startVirtualThread(() -> pass(member, client));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void pass(SocketChannel from, SocketChannel to) {
        try {
            copy(from, to);
            to.shutdownOutput();
        } catch (IOException _) {
            shut(from);
            shut(to);
        }
    }

    private static void copy(ByteChannel from, ByteChannel to) throws IOException {
        var bytes = ByteBuffer.allocate(64 * 1024);
        while (from.read(bytes) >= 0) {
            bytes.flip();
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
            bytes.clear();
        }
    }

    private static void shut(SocketChannel one) {
        try {
            one.close();
        } catch (IOException _) {
            // It is of no use any more, closed or not.
        }
    }

    /// As a process that is killed: its connections end, its file stays.
    void die() throws IOException {
        server.close();
        open.forEach(SocketDoor::shut);
    }

    @Override
    public void close() throws IOException {
        die();
        Files.deleteIfExists(path);
    }
}
