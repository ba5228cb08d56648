package dev.belay.bench;

import dev.belay.gateway.HealthCheck;
import dev.belay.gateway.Route;
import dev.belay.gateway.RouteKey;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// `IdleSockets LIMIT COUNT`: opens WebSockets through a gateway, to a member in this process, and
/// says what the gateway's memory is with none, with all, and after a while.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class IdleSockets {
    private static final int AT_ONCE = 64;
    private static final Duration SETTLE = Duration.ofSeconds(15);
    private static final String WISH =
            String.join(
                    "\r\n",
                    "GET / HTTP/1.1",
                    "Host: bench",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "",
                    "");
    private static final String SWITCH =
            String.join(
                    "\r\n",
                    "HTTP/1.1 101 Switching Protocols",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                    "",
                    "");

    private IdleSockets() {}

    public static void main(String[] args) throws Exception {
        int count = Math.min(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        Path folder = Files.createTempDirectory("belay-bench");
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        int port = freePort();
        try (Subject gateway = Subject.start(folder.resolve("gateway"))) {
            int member = member(group);
            gateway.client().publish(route(port, member));
            Thread.sleep(SETTLE);
            System.out.println("resident with none: " + gateway.residentMib() + " MiB");
            int open = open(group, port, count);
            System.out.println(
                    "resident with " + open + ": " + gateway.residentMib() + " MiB at once");
            Thread.sleep(SETTLE);
            var inFlight = gateway.client().inFlight(new RouteKey("bench", "web"));
            System.out.println(
                    "resident with %d: %d MiB after %d s"
                            .formatted(
                                    inFlight.stream().mapToInt(one -> one.total()).sum(),
                                    gateway.residentMib(),
                                    SETTLE.toSeconds()));
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static Route route(int port, int member) {
        var members = List.of(new Route.Member("a", "127.0.0.1", member));
        var share = new Route.Share("v1", 1, new Route.Members(members));
        var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
        return new Route(new RouteKey("bench", "web"), 1, port, List.of(share), check);
    }

    private static int member(MultiThreadIoEventLoopGroup group) throws InterruptedException {
        Channel listening =
                new ServerBootstrap()
                        .group(group)
                        .channel(EpollServerSocketChannel.class)
                        .childHandler(handlers((context, _) -> send(context, SWITCH)))
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /// How many were answered.
    private static int open(MultiThreadIoEventLoopGroup group, int port, int count)
            throws InterruptedException {
        var turns = new Semaphore(AT_ONCE);
        var open = new AtomicInteger();
        Bootstrap client =
                new Bootstrap()
                        .group(group)
                        .channel(EpollSocketChannel.class)
                        .handler(
                                handlers((_, answer) -> {
                                    if (answer.toString(StandardCharsets.US_ASCII)
                                            .startsWith("HTTP/1.1 101")) {
                                        open.incrementAndGet();
                                    }
                                    turns.release();
                                }));
        for (int i = 0; i < count; i++) {
            if (!turns.tryAcquire(SETTLE.toSeconds(), TimeUnit.SECONDS)) {
                System.out.println("given up after " + i);
                break;
            }
            client.connect(InetAddress.getLoopbackAddress(), port)
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            turns.release();
                        }
                    });
        }
        turns.tryAcquire(AT_ONCE, SETTLE.toSeconds(), TimeUnit.SECONDS);
        return open.get();
    }

    private interface Heard {
        void bytes(ChannelHandlerContext context, ByteBuf bytes);
    }

    private static ChannelInitializer<Channel> handlers(Heard heard) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(
                                new SimpleChannelInboundHandler<ByteBuf>() {
                                    @Override
                                    public void channelActive(ChannelHandlerContext context) {
                                        if (channel.parent() == null) {
                                            send(context, WISH);
                                        }
                                    }

                                    @Override
                                    protected void channelRead0(
                                            ChannelHandlerContext context, ByteBuf bytes) {
                                        heard.bytes(context, bytes);
                                    }

                                    @Override
                                    public void exceptionCaught(
                                            ChannelHandlerContext context, Throwable cause) {
                                        // A probe of the gateway hangs up with a reset.
                                        context.close();
                                    }
                                });
            }
        };
    }

    private static void send(ChannelHandlerContext context, String text) {
        context.writeAndFlush(ByteBufUtil.writeAscii(context.alloc(), text), context.voidPromise());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
