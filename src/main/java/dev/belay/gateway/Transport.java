package dev.belay.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Errors;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// How bytes come and go: Linux's epoll, or what the JDK has where that cannot be loaded; and how
/// members are reached over it, at a port or at a socket's file.
enum Transport {
    EPOLL,
    NIO;

    private static final long AGAIN_AFTER_MILLIS = 5;

    /// The better one of those that this machine has.
    static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    IoHandlerFactory io() {
        return this == EPOLL ? LastingEpoll.newFactory() : NioIoHandler.newFactory();
    }

    Class<? extends ServerChannel> serverChannel() {
        return this == EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private Class<? extends Channel> clientChannel(boolean socketFile) {
        return switch (this) {
            case EPOLL -> socketFile ? EpollDomainSocketChannel.class : EpollSocketChannel.class;
            case NIO -> socketFile ? NioDomainSocketChannel.class : NioSocketChannel.class;
        };
    }

    private SocketAddress spoken(SocketAddress address) {
        return this == EPOLL && address instanceof UnixDomainSocketAddress file
                ? new DomainSocketAddress(file.getPath().toString())
                : address;
    }

    /// Connects to a member. Exactly one of the two is called, on the loop's thread.
    ///
    /// A full queue at a port makes a client wait, at a socket's file it is an error (`EAGAIN`):
    /// the member is busy, not gone. So it is asked again within the same time, and waits alike.
    ///
    /// @param to with its loop, handler and options, all but the kind of channel
    void connect(
            Bootstrap to,
            Upstream upstream,
            Duration within,
            Consumer<Channel> done,
            Consumer<Throwable> failed) {
        to.channel(clientChannel(upstream.atSocketFile()))
                .remoteAddress(spoken(upstream.address()));
        attempt(to, System.nanoTime() + within.toNanos(), done, failed);
    }

    // A connection that fails says so to its listener.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void attempt(
            Bootstrap to, long until, Consumer<Channel> done, Consumer<Throwable> failed) {
        ChannelFuture connecting = to.connect();
        connecting.addListener(
                (ChannelFutureListener)
                        future -> {
                            if (future.isSuccess()) {
                                done.accept(future.channel());
                            } else if (busy(future.cause()) && System.nanoTime() < until) {
                                future.channel()
                                        .eventLoop()
                                        .schedule(
                                                () -> attempt(to, until, done, failed),
                                                AGAIN_AFTER_MILLIS,
                                                TimeUnit.MILLISECONDS);
                            } else {
                                failed.accept(future.cause());
                            }
                        });
    }

    /// Only epoll says so, and only there is the class of its errors to be loaded.
    private boolean busy(Throwable cause) {
        return this == EPOLL
                && cause instanceof ConnectException
                && String.valueOf(cause.getMessage())
                        .contains("error(" + Errors.ERRNO_EAGAIN_NEGATIVE + ")");
    }

    /// Why nothing listens there, in words that finish "the member is not ready: ".
    static String why(Throwable cause) {
        // The JDK knows it by its words alone.
        boolean absent =
                cause instanceof FileNotFoundException
                        || String.valueOf(cause.getMessage()).startsWith("No such file");
        return absent ? "its socket file is missing" : "connection refused";
    }
}
