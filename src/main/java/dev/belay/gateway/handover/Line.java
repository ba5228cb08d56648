package dev.belay.gateway.handover;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// One end of a conversation between two gateways on one host: messages, one JSON object a line,
/// and descriptors of open sockets between them. Blocks its caller, which is a virtual thread or
/// has nothing else to do.
///
/// A descriptor travels with one byte of the stream. Whoever expects descriptors must say so before
/// the other sends them: the kernel drops those whose byte is read as text.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
public final class Line implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Line.class);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int MESSAGE_MAX = 64 * 1024 * 1024;
    private static final Duration WRITTEN_WITHIN = Duration.ofSeconds(5);

    /// In place of a message: none will follow.
    private static final Object END = new Object();

    private final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private final EpollDomainSocketChannel channel;
    private boolean closed;

    /// @param channel reads nothing yet, so that nothing is lost before somebody listens
    Line(Channel channel) {
        this.channel = (EpollDomainSocketChannel) channel;
        channel.pipeline()
                .addLast(new LineBasedFrameDecoder(MESSAGE_MAX))
                .addLast(new StringDecoder(StandardCharsets.UTF_8))
                .addLast(new Ear());
        channel.config().setAutoRead(true);
    }

    /// A line to whoever listens there.
    ///
    /// @throws IOException when nobody does
    public static Line to(Path socket, EventLoopGroup loops) throws IOException {
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loops)
                        .channel(EpollDomainSocketChannel.class)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(new ChannelInboundHandlerAdapter())
                        .connect(new DomainSocketAddress(socket.toString()));
        connecting.awaitUninterruptibly();
        if (!connecting.isSuccess()) {
            throw new IOException("nobody answers at " + socket, connecting.cause());
        }
        return new Line(connecting.channel());
    }

    /// Whether the process at the other end belongs to the same user.
    boolean trusted() throws IOException {
        Object own = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        return own.equals(channel.peerCredentials().uid());
    }

    public static ObjectNode message(String what) {
        return MAPPER.createObjectNode().put("say", what);
    }

    public void say(ObjectNode message) throws IOException {
        await(channel.writeAndFlush(channel.alloc().buffer().writeBytes(line(message))));
    }

    private static byte[] line(ObjectNode message) {
        return (message + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// The next message.
    ///
    /// @throws IOException when none comes in time, or another than the expected one
    public JsonNode hear(String what, Duration within) throws IOException {
        JsonNode message = hear(within);
        String said = message.path("say").asString("");
        if (said.equals("refused")) {
            throw new IOException(message.path("why").asString("it refuses"));
        }
        if (!said.equals(what)) {
            throw new IOException("the other side said `" + said + "` instead of `" + what + "`");
        }
        return message;
    }

    /// The next message, whatever it is.
    public JsonNode hear(Duration within) throws IOException {
        if (!(next(within) instanceof String text)) {
            throw new IOException("a descriptor came where a message was due");
        }
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new IOException("the other side's message is not JSON", e);
        }
    }

    /// What comes from here on are descriptors.
    public void expectDescriptors() throws IOException {
        mode(DomainSocketReadMode.FILE_DESCRIPTORS);
    }

    /// What comes from here on are messages again.
    public void expectMessages() throws IOException {
        mode(DomainSocketReadMode.BYTES);
    }

    private void mode(DomainSocketReadMode mode) throws IOException {
        if (!channel.eventLoop()
                .submit(() -> channel.config().setReadMode(mode))
                .awaitUninterruptibly(WRITTEN_WITHIN.toMillis())) {
            throw new IOException("the event loop does not come round");
        }
    }

    /// Sends copies of open sockets; both ends then have them.
    public void send(List<Integer> descriptors) throws IOException {
        for (int descriptor : descriptors) {
            await(channel.writeAndFlush(new FileDescriptor(descriptor)));
        }
    }

    /// The next of what was sent, now this process's to close.
    public int receive(Duration within) throws IOException {
        if (!(next(within) instanceof FileDescriptor descriptor)) {
            throw new IOException("a message came where a descriptor was due");
        }
        return descriptor.intValue();
    }

    private Object next(Duration within) throws IOException {
        try {
            Object next = heard.poll(within.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new IOException(
                        "the other side said nothing for " + within.toSeconds() + " s");
            }
            if (next.equals(END)) {
                heard.add(END);
                throw new IOException("the other side hung up");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void await(ChannelFuture written) throws IOException {
        if (!written.awaitUninterruptibly(WRITTEN_WITHIN.toMillis())) {
            throw new IOException("the other side does not read");
        }
        if (!written.isSuccess()) {
            throw new IOException("the other side hung up", written.cause());
        }
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(WRITTEN_WITHIN.toMillis());
        synchronized (heard) {
            closed = true;
            List<Object> left = new ArrayList<>();
            heard.drainTo(left);
            left.forEach(Line::discard);
        }
    }

    /// What nobody takes any more must not stay open.
    private static void discard(Object one) {
        if (one instanceof FileDescriptor descriptor) {
            try {
                descriptor.close();
            } catch (IOException e) {
                LOG.warn("a descriptor cannot be closed: {}", e.getMessage());
            }
        }
    }

    private void put(Object one) {
        synchronized (heard) {
            if (closed) {
                discard(one);
            } else {
                heard.add(one);
            }
        }
    }

    /// Puts what comes where the caller waits for it.
    private final class Ear extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            put(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            put(END);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.warn("a hand-over's line broke: {}", cause.toString());
            context.close();
        }
    }
}
