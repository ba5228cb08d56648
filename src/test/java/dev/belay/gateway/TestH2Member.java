package dev.belay.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameLogger;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.logging.LogLevel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// An instance that speaks HTTP/2 without TLS, as well or badly behaved as a test wants.
@SuppressWarnings("FutureReturnValueIgnored")
final class TestH2Member implements AutoCloseable {
    /// What is done when a request has come to its end. Called on the connection's thread.
    interface Behaviour {
        void answer(Call call);
    }

    /// One whole request, and hands to answer it.
    static final class Call {
        private final ChannelHandlerContext context;
        private final Http2FrameStream stream;
        final Http2Headers headers;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        @Nullable Http2Headers trailers;

        Call(ChannelHandlerContext context, Http2FrameStream stream, Http2Headers headers) {
            this.context = context;
            this.stream = stream;
            this.headers = headers;
        }

        byte[] body() {
            return received.toByteArray();
        }

        String path() {
            return String.valueOf(headers.path());
        }

        void head(Http2Headers fields, boolean end) {
            context.write(new DefaultHttp2HeadersFrame(fields, end).stream(stream));
            context.flush();
        }

        void data(byte[] bytes, boolean end) {
            ByteBuf content = Unpooled.wrappedBuffer(bytes);
            context.writeAndFlush(new DefaultHttp2DataFrame(content, end).stream(stream));
        }

        void say(String text) {
            head(status(200), false);
            data(text.getBytes(StandardCharsets.UTF_8), true);
        }

        void reset(Http2Error error) {
            context.writeAndFlush(new DefaultHttp2ResetFrame(error).stream(stream));
        }

        /// Says that it has looked at no request after the one with that number.
        void goAway(int last) {
            // As bytes, past the codec: it would name every request that it has seen.
            ByteBuf frame = Unpooled.buffer().writeMedium(8).writeByte(7).writeByte(0).writeInt(0);
            frame.writeInt(last).writeInt(0);
            Objects.requireNonNull(context.pipeline().firstContext()).writeAndFlush(frame);
        }

        int id() {
            return stream.id();
        }

        void hangUp() {
            context.channel().close();
        }
    }

    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger resets = new AtomicInteger();
    final AtomicLong lastReset = new AtomicLong(-1);
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;
    private final Behaviour behaviour;

    TestH2Member(Http2Settings settings, Behaviour behaviour) throws InterruptedException {
        this.behaviour = behaviour;
        var children =
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        var codec =
                                Http2FrameCodecBuilder.forServer()
                                        .validateHeaders(false)
                                        .initialSettings(settings)
                                        .frameLogger(new ResetCount())
                                        .build();
                        channel.pipeline().addLast(codec, new Connection());
                    }
                };
        server =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(children)
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel();
    }

    static TestH2Member behaving(Behaviour behaviour) throws InterruptedException {
        return new TestH2Member(new Http2Settings(), behaviour);
    }

    static Http2Headers status(int code) {
        return new DefaultHttp2Headers(false).status(Integer.toString(code));
    }

    Route.Member member(String id) {
        return new Route.Member(id, "127.0.0.1", port(), Route.Protocol.HTTP2);
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    Route.Share share() {
        return new Route.Share("v1", 1, new Route.Members(List.of(member("m"))));
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
                .awaitUninterruptibly();
    }

    /// Sees also those of streams that have ended.
    private final class ResetCount extends Http2FrameLogger {
        ResetCount() {
            super(LogLevel.TRACE);
        }

        @Override
        public void logRstStream(
                Direction direction, ChannelHandlerContext ctx, int streamId, long errorCode) {
            if (direction == Direction.INBOUND) {
                resets.incrementAndGet();
            }
        }
    }

    private final class Connection extends Http2ChannelDuplexHandler {
        private final Map<Http2FrameStream, Call> calls = new HashMap<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            switch (message) {
                case Http2HeadersFrame frame -> {
                    Http2FrameStream stream = Objects.requireNonNull(frame.stream());
                    Call call = calls.get(stream);
                    if (call == null) {
                        requests.incrementAndGet();
                        call = new Call(context, stream, frame.headers());
                        calls.put(stream, call);
                    } else {
                        call.trailers = frame.headers();
                    }
                    if (frame.isEndStream()) {
                        behaviour.answer(call);
                    }
                }
                case Http2DataFrame frame -> data(context, frame);
                case Http2ResetFrame frame -> lastReset.set(frame.errorCode());
                default -> {}
            }
            ReferenceCountUtil.release(message);
        }

        private void data(ChannelHandlerContext context, Http2DataFrame frame) {
            Call call = Objects.requireNonNull(calls.get(frame.stream()));
            byte[] bytes = new byte[frame.content().readableBytes()];
            frame.content().getBytes(frame.content().readerIndex(), bytes);
            call.received.writeBytes(bytes);
            int flow = frame.initialFlowControlledBytes();
            if (flow > 0) {
                context.writeAndFlush(
                        new DefaultHttp2WindowUpdateFrame(flow).stream(frame.stream()));
            }
            if (frame.isEndStream()) {
                behaviour.answer(call);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
