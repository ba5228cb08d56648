package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to a member: serves one exchange at a time and waits in the pool between two.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements MemberLink {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);

    /// Below the five seconds after which Node closes an idle connection without a word.
    private static final Duration IDLE_DEFAULT = Duration.ofSeconds(4);

    private static final Duration IDLE_LONGEST = Duration.ofSeconds(30);
    private static final Duration FRESH = Duration.ofMillis(500);

    private final Upstream upstream;
    private final ConnectionPool pool;
    private final ResponseDecoder decoder;
    private final Duration patience;
    private @Nullable Channel channel;
    private @Nullable ProxyExchange exchange;

    /// Whether it served an exchange before: its other end may already have hung up.
    private boolean reused;

    private boolean unanswered;

    /// Whether the member takes no more of the request, though it may say why.
    private boolean outputLost;

    private long idleSince;
    private long idleAtMost = IDLE_DEFAULT.toNanos();

    UpstreamConnection(Upstream upstream, ConnectionPool pool, Limits limits) {
        this.upstream = upstream;
        this.pool = pool;
        this.decoder = new ResponseDecoder(limits);
        this.patience = limits.times().closeGrace();
    }

    @Override
    public Upstream upstream() {
        return upstream;
    }

    ResponseDecoder decoder() {
        return decoder;
    }

    Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected yet");
        }
        return channel;
    }

    boolean usable(long now) {
        return channel().isActive() && now - idleSince < idleAtMost;
    }

    boolean fresh(long now) {
        return now - idleSince < FRESH.toNanos();
    }

    /// The member says how long it keeps an idle connection; stay clear of that moment.
    @Override
    public void idleHint(Duration told) {
        Duration wanted = told.minusSeconds(1);
        Duration capped = wanted.compareTo(IDLE_LONGEST) > 0 ? IDLE_LONGEST : wanted;
        idleAtMost = Math.max(0, capped.toNanos());
    }

    @Override
    public void begin(ProxyExchange next, HttpRequest request) {
        exchange = next;
        unanswered = true;
        decoder.begin(request.method().equals(HttpMethod.HEAD));
        channel().write(request, channel().voidPromise());
    }

    @Override
    public void write(HttpContent part) {
        channel().write(part, channel().voidPromise());
    }

    @Override
    public void flush() {
        channel().flush();
    }

    @Override
    public boolean writable() {
        return channel().isWritable();
    }

    @Override
    public void read(boolean wanted) {
        channel().config().setAutoRead(wanted);
    }

    /// The exchange is over, and the connection should stand between two messages.
    @Override
    public void release() {
        exchange = null;
        if (!decoder.rest() || SocketEnd.outputOver(channel())) {
            channel().close();
            return;
        }
        reused = true;
        idleSince = System.nanoTime();
        channel().config().setAutoRead(true);
        pool.give(this);
    }

    @Override
    public void close() {
        exchange = null;
        channel().close();
    }

    @Override
    public TunnelEnd handOver() {
        exchange = null;
        return new SocketTunnelEnd(channel(), patience);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ProxyExchange current = exchange;
        if (current == null) {
            // Nobody asked: an answer to nothing would be taken for the next request's.
            ReferenceCountUtil.release(message);
            context.close();
            return;
        }
        switch (message) {
            case HttpResponse response -> {
                unanswered = false;
                current.onResponse(response);
            }
            case LastHttpContent last when outputLost && !context.channel().isActive() -> {
                // What looks like the end of a body is that of a broken connection.
                last.release();
                end();
            }
            case HttpContent content -> current.onResponseContent(content);
            case ByteBuf _ -> {
                ReferenceCountUtil.release(message);
                context.close();
            }
            default -> ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.onResponseFlush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (exchange != null) {
            exchange.onUpstreamWritability();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("a bug, at a member's connection", cause);
        } else if (context.channel().isActive() && SocketEnd.outputOver(context.channel())) {
            // A member may answer, hang up, and not read to the end: its answer is still to come.
            outputLost = true;
            return;
        }
        // Before the decoder could take the end of a reset connection for the end of a body.
        end();
        context.close();
    }

    private void end() {
        ProxyExchange current = exchange;
        exchange = null;
        if (current == null) {
            pool.lost(this);
        } else {
            current.onUpstreamLost(reused && unanswered ? Loss.STALE : Loss.BROKEN);
        }
    }
}
