package dev.belay.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// HTTP over a Unix socket that only the owner can open; one request a connection. It has a loop of
/// its own and answers on virtual threads, so that no question delays a user's request.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int BODY_MAX = 64 * 1024 * 1024;
    private static final int SECONDS_TO_ASK = 10;

    /// The kernel keeps that many bytes of a socket's path, the last one for its end.
    private static final int PATH_MAX = 107;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Path socket;
    private final Object file;

    /// What the questions are put to.
    interface Answering {
        AdminApi.Answer handle(String method, String target, String body);
    }

    /// Listens; an older socket of that name is replaced at once, so that whoever asks meanwhile
    /// reaches one or the other.
    AdminServer(Path socket, Answering api) throws IOException {
        this.socket = socket;
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > PATH_MAX) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException(
                    "the path "
                            + socket
                            + " is longer than the "
                            + PATH_MAX
                            + " bytes that a Unix socket may have");
        }
        Path fresh = socket.resolveSibling("gw." + ProcessHandle.current().pid());
        Files.deleteIfExists(fresh);
        ChannelFuture binding =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerDomainSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline()
                                                .addLast(new ReadTimeoutHandler(SECONDS_TO_ASK))
                                                .addLast(new HttpServerCodec())
                                                .addLast(new HttpObjectAggregator(BODY_MAX))
                                                .addLast(new Asked(api));
                                    }
                                })
                        .bind(UnixDomainSocketAddress.of(fresh));
        binding.awaitUninterruptibly();
        if (!binding.isSuccess()) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException("cannot listen on " + socket, binding.cause());
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        file = identity(fresh);
        Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Object identity(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    /// A successor's socket may have its name by now, and stays.
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        try {
            if (Files.exists(socket) && identity(socket).equals(file)) {
                Files.deleteIfExists(socket);
            }
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }

    private static final class Asked extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final Answering api;

        Asked(Answering api) {
            this.api = api;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            if (request.decoderResult().isFailure() || !request.uri().startsWith("/")) {
                reply(context, AdminApi.unreadable("this is not a request that HTTP knows"));
                return;
            }
            // It took the question; from here the answer takes as long as it takes.
            context.pipeline().remove(ReadTimeoutHandler.class);
            String method = request.method().name();
            String uri = request.uri();
            String body = request.content().toString(StandardCharsets.UTF_8);
            Thread.startVirtualThread(() -> reply(context, answer(method, uri, body)));
        }

        private AdminApi.Answer answer(String method, String uri, String body) {
            try {
                return api.handle(method, uri, body);
            } catch (RuntimeException e) {
                LOG.error("a bug, at {} {}", method, uri, e);
                return new AdminApi.Answer(
                        HttpResponseStatus.INTERNAL_SERVER_ERROR.code(),
                        "{\"reason\":\"bug\"}",
                        "application/json");
            }
        }

        private static void reply(ChannelHandlerContext context, AdminApi.Answer answer) {
            var status = HttpResponseStatus.valueOf(answer.status());
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            var body = Unpooled.wrappedBuffer(bytes);
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, answer.type())
                    .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length)
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
