package dev.belay.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks at a constant rate, whatever becomes of the answers. A request's time begins when it was
/// due, not when a connection was free for it: who asks only after an answer has come does not ask
/// while there are none, and measures the pauses of a server once instead of for everybody who
/// waits through them.
///
/// It says how late it was itself: a request that was due, had a free connection and was not sent
/// yet. Where that is not far below the latencies, these are the machine's.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class OpenLoop {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: bench\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "\r\ncontent-length:";
    private static final Duration TICK = Duration.ofNanos(100_000);
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EventLoop loop;
    private final int port;
    private final double nanosBetween;
    private final long requests;
    private final Deque<Connection> free = new ArrayDeque<>();
    private final LogHistogram latency = new LogHistogram();
    private final LogHistogram lateness = new LogHistogram();
    private long first;
    private long countFrom;
    private long sent;
    private long answered;
    private long failed;

    private OpenLoop(EventLoop loop, int port, int rate, Duration time) {
        this.loop = loop;
        this.port = port;
        this.nanosBetween = 1e9 / rate;
        this.requests = (long) (time.plus(WARM_UP).toNanos() / nanosBetween);
    }

    /// `OpenLoop PORT RATE SECONDS CONNECTIONS`: one line, for programs: requests, failures, p50,
    /// p99, p99.9, longest; its own lateness at p99 and p99.9; all in milliseconds.
    public static void main(String[] args) throws InterruptedException, ExecutionException {
        int connections = Integer.parseInt(args[3]);
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        var time = Duration.ofSeconds(Long.parseLong(args[2]));
        var one =
                new OpenLoop(
                        group.next(), Integer.parseInt(args[0]), Integer.parseInt(args[1]), time);
        for (int i = 0; i < connections; i++) {
            one.connect().sync();
        }
        one.loop.submit(one::begin).get();
        long end = System.nanoTime() + time.plus(WARM_UP).plus(PATIENCE).toNanos();
        while (one.loop.submit(one::busy).get() && System.nanoTime() < end) {
            Thread.sleep(50);
        }
        System.out.println(one.loop.submit(one::line).get());
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private ChannelFuture connect() {
        var connection = new Connection();
        return new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(connection);
                            }
                        })
                .connect(InetAddress.getLoopbackAddress(), port);
    }

    private void begin() {
        first = System.nanoTime();
        countFrom = first + WARM_UP.toNanos();
        long nanos = TICK.toNanos();
        var _ = loop.scheduleAtFixedRate(this::send, 0, nanos, TimeUnit.NANOSECONDS);
    }

    private boolean busy() {
        return answered + failed < requests;
    }

    private long due(long number) {
        return first + (long) (number * nanosBetween);
    }

    /// Sends what is due, as far as connections are free.
    private void send() {
        long now = System.nanoTime();
        while (sent < requests && due(sent) <= now && !free.isEmpty()) {
            long due = due(sent++);
            Connection connection = free.removeFirst();
            if (due >= countFrom) {
                lateness.record(now - Math.max(due, connection.freeSince));
            }
            connection.ask(due);
            now = System.nanoTime();
        }
    }

    private String line() {
        return String.format(
                Locale.ROOT,
                "%d %d %.3f %.3f %.3f %.3f %.3f %.3f",
                latency.total(),
                requests - answered,
                latency.millis(0.5),
                latency.millis(0.99),
                latency.millis(0.999),
                latency.millis(1),
                lateness.millis(0.99),
                lateness.millis(0.999));
    }

    /// One request at a time.
    private final class Connection extends ChannelInboundHandlerAdapter {
        private final ByteBuf answer = Unpooled.buffer();
        private @Nullable Channel channel;
        private long due;
        private long freeSince;
        private boolean asked;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            free.add(this);
        }

        void ask(long dueAt) {
            due = dueAt;
            asked = true;
            if (channel != null) {
                channel.writeAndFlush(Unpooled.wrappedBuffer(REQUEST), channel.voidPromise());
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            answer.writeBytes(bytes);
            bytes.release();
            int head = headLength();
            if (head < 0 || answer.readableBytes() < head + bodyLength(head)) {
                return;
            }
            String text = answer.toString(0, head, StandardCharsets.US_ASCII);
            boolean good = text.startsWith("HTTP/1.1 200");
            answer.clear();
            asked = false;
            freeSince = System.nanoTime();
            answered += good ? 1 : 0;
            failed += good ? 0 : 1;
            if (due >= countFrom) {
                latency.record(freeSince - due);
            }
            if (text.toLowerCase(Locale.ROOT).contains("\r\nconnection: close")) {
                context.close();
            } else {
                free.add(this);
            }
            send();
        }

        private int headLength() {
            for (int i = 0; i + HEAD_END.length <= answer.writerIndex(); i++) {
                int same = 0;
                while (same < HEAD_END.length && answer.getByte(i + same) == HEAD_END[same]) {
                    same++;
                }
                if (same == HEAD_END.length) {
                    return i + same;
                }
            }
            return -1;
        }

        private int bodyLength(int head) {
            String text =
                    answer.toString(0, head, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
            int from = text.indexOf(LENGTH) + LENGTH.length();
            return Integer.parseInt(text.substring(from, text.indexOf('\r', from)).strip());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            failed += asked ? 1 : 0;
            free.remove(this);
            if (busy()) {
                var _ = connect();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
