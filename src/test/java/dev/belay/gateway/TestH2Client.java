package dev.belay.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A client that speaks HTTP/2 with prior knowledge, as well or badly as a test wants: what it
/// sends is not checked. It gives the gateway new room only as it is told to.
@SuppressWarnings("FutureReturnValueIgnored")
final class TestH2Client implements AutoCloseable {
    /// One request and all that came back for it.
    final class Stream {
        final Http2FrameStream frames = reader.fresh();
        final List<Http2Headers> heads = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final AtomicInteger sent = new AtomicInteger();
        private boolean ended;
        private long reset = -1;

        /// Bytes that are on their way.
        int sent() {
            return sent.get();
        }

        Stream send(Http2Headers headers, boolean end) {
            transmit(new DefaultHttp2HeadersFrame(headers, end).stream(frames));
            return this;
        }

        Stream data(byte[] bytes, boolean end) {
            ByteBuf content = Unpooled.wrappedBuffer(bytes);
            channel.writeAndFlush(new DefaultHttp2DataFrame(content, end).stream(frames))
                    .addListener(_ -> sent.addAndGet(bytes.length));
            return this;
        }

        Stream cancel() {
            transmit(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(frames));
            return this;
        }

        synchronized String status() {
            return heads.isEmpty() ? "" : String.valueOf(heads.getFirst().status());
        }

        synchronized byte[] body() {
            return body.toByteArray();
        }

        synchronized int received() {
            return body.size();
        }

        synchronized boolean ended() {
            return ended;
        }

        /// Its error code, or -1.
        synchronized long reset() {
            return reset;
        }

        Stream whole() throws Exception {
            TestGateway.eventually("the answer is whole", () -> ended() || reset() >= 0);
            return this;
        }
    }

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Http2FrameCodec codec;
    private final Reader reader = new Reader();
    private final Channel channel;
    private final Map<Http2FrameStream, Stream> streams = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long goAway = -1;
    private volatile boolean greedy = true;

    TestH2Client(int port, Http2Settings settings) throws InterruptedException {
        codec =
                Http2FrameCodecBuilder.forClient()
                        .validateHeaders(false)
                        .encoderEnforceMaxConcurrentStreams(false)
                        .initialSettings(settings.pushEnabled(false))
                        .build();
        channel =
                new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel fresh) {
                                        fresh.pipeline().addLast(codec, reader);
                                    }
                                })
                        .connect(InetAddress.getLoopbackAddress(), port)
                        .sync()
                        .channel();
    }

    /// Gives the gateway no new room from now on.
    void stopTaking() {
        greedy = false;
    }

    void takeAll(Stream stream, int bytes) {
        greedy = true;
        transmit(new DefaultHttp2WindowUpdateFrame(bytes).stream(stream.frames));
    }

    static Http2Headers get(String path) {
        return head("GET", path);
    }

    static Http2Headers head(String method, String path) {
        return new DefaultHttp2Headers(false)
                .method(method)
                .scheme("http")
                .path(path)
                .authority("test");
    }

    Stream stream() {
        var stream = new Stream();
        streams.put(stream.frames, stream);
        return stream;
    }

    Stream send(Http2Headers headers) {
        return stream().send(headers, true);
    }

    private void transmit(Object frame) {
        channel.writeAndFlush(frame);
    }

    void ping() {
        transmit(new DefaultHttp2PingFrame(7));
    }

    /// The error code of a GOAWAY, or -1.
    long goAway() {
        return goAway;
    }

    boolean closedSoon() throws InterruptedException {
        return closed.await(TestGateway.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Reader extends Http2ChannelDuplexHandler {
        Http2FrameStream fresh() {
            return newStream();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            switch (message) {
                case Http2HeadersFrame frame -> headers(frame);
                case Http2DataFrame frame -> data(frame);
                case Http2ResetFrame frame -> reset(frame);
                case Http2GoAwayFrame frame -> goAway = frame.errorCode();
                default -> {}
            }
            ReferenceCountUtil.release(message);
        }

        private void headers(Http2HeadersFrame frame) {
            Stream stream = Objects.requireNonNull(streams.get(frame.stream()));
            synchronized (stream) {
                stream.heads.add(frame.headers());
                stream.ended = frame.isEndStream();
            }
        }

        private void data(Http2DataFrame frame) {
            Stream stream = Objects.requireNonNull(streams.get(frame.stream()));
            synchronized (stream) {
                byte[] bytes = new byte[frame.content().readableBytes()];
                frame.content().getBytes(frame.content().readerIndex(), bytes);
                stream.body.writeBytes(bytes);
                stream.ended = frame.isEndStream();
            }
            if (greedy && frame.initialFlowControlledBytes() > 0 && !frame.isEndStream()) {
                transmit(
                        new DefaultHttp2WindowUpdateFrame(frame.initialFlowControlledBytes())
                                .stream(frame.stream()));
            }
        }

        private void reset(Http2ResetFrame frame) {
            Stream stream = Objects.requireNonNull(streams.get(frame.stream()));
            synchronized (stream) {
                stream.reset = frame.errorCode();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            closed.countDown();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
