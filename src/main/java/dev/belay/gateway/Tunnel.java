package dev.belay.gateway;

import dev.belay.gateway.log.Transcript;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.ThreadLocalRandom;

/// Two sockets that left HTTP: bytes of one go to the other, each held back by the other's pace.
/// WebSockets are followed frame by frame, so that a close frame can be put between two frames.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class Tunnel implements Loop.Bounded {
    private final Channel client;
    private final Channel member;
    private final Upstream upstream;
    private final RevisionTraffic traffic;
    private final Transcript transcript;
    private final Chronicle chronicle;
    private final Loop loop;
    private final Limits limits;
    private final boolean webSocket;
    private final WebSocketFrames fromMember = new WebSocketFrames();
    private final WebSocketFrames fromClient = new WebSocketFrames();
    private boolean ended;
    private boolean closing;
    private long deadline;

    private Tunnel(
            ClientConnection from,
            UpstreamConnection to,
            RevisionTraffic traffic,
            HttpHeaders request,
            Transcript transcript) {
        this.client = from.channel();
        this.member = to.channel();
        this.upstream = to.upstream();
        this.traffic = traffic;
        this.transcript = transcript;
        this.chronicle = from.proxy().chronicle();
        this.loop = from.loop();
        this.limits = from.proxy().limits();
        String protocol = request.get(HttpHeaderNames.UPGRADE, "");
        this.webSocket = protocol.equalsIgnoreCase("websocket");
        moved();
    }

    /// Takes both sockets over, with whatever of the new protocol has already been read.
    static void join(
            ClientConnection from,
            UpstreamConnection to,
            RevisionTraffic traffic,
            HttpHeaders request,
            Transcript transcript) {
        var tunnel = new Tunnel(from, to, traffic, request, transcript);
        traffic.becameTunnel();
        tunnel.upstream.becameTunnel();
        from.handOver();
        tunnel.loop.opened(tunnel);
        tunnel.member.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        tunnel.take(tunnel.client, new End(tunnel, tunnel.member, tunnel.fromClient));
        tunnel.take(tunnel.member, new End(tunnel, tunnel.client, tunnel.fromMember));
        if (!tunnel.client.isActive() || !tunnel.member.isActive()) {
            tunnel.cut();
        }
    }

    /// The new handler goes in before the old ones go out: a decoder that leaves passes its rest
    /// on.
    private void take(Channel channel, End end) {
        channel.pipeline().addLast(end);
        for (String name : channel.pipeline().names().reversed()) {
            ChannelHandler handler = channel.pipeline().get(name);
            boolean around = handler == null || handler instanceof SslHandler;
            if (!around && handler != end) {
                channel.pipeline().remove(handler);
            }
        }
        channel.config().setAutoRead(true);
    }

    private void moved() {
        deadline = System.nanoTime() + limits.times().tunnel().toNanos();
    }

    @Override
    public void sweep(long now) {
        if (now - deadline >= 0) {
            cut();
        }
    }

    @Override
    public void close(Farewell farewell) {
        if (closing || !farewell.concerns(traffic, upstream)) {
            return;
        }
        closing = true;
        deadline = System.nanoTime() + limits.times().closeGrace().toNanos();
        if (webSocket) {
            fromMember.closeAtBoundary();
            fromClient.closeAtBoundary();
            sayGoodbye();
        }
    }

    /// Puts the close frames in where a frame has just ended: 1012, service restart, to the client;
    /// 1001, going away, to the member, masked as everything from a client's side must be.
    private void sayGoodbye() {
        if (fromMember.takeBoundary()) {
            client.writeAndFlush(WebSocketFrames.close(1012, 0), client.voidPromise());
        }
        if (fromClient.takeBoundary()) {
            int mask = ThreadLocalRandom.current().nextInt() | 1;
            member.writeAndFlush(WebSocketFrames.close(1001, mask), member.voidPromise());
        }
    }

    private void pass(Channel to, WebSocketFrames frames, ByteBuf bytes) {
        count(to, bytes.readableBytes());
        if (webSocket) {
            frames.pass(bytes);
        }
        if (!closing) {
            moved();
        }
        to.write(bytes, to.voidPromise());
        if (closing && webSocket) {
            sayGoodbye();
        }
    }

    private void count(Channel to, int bytes) {
        if (to.equals(client)) {
            transcript.sent(bytes);
            traffic.sent(bytes);
        } else {
            transcript.received(bytes);
            traffic.received(bytes);
        }
    }

    void cut() {
        if (ended) {
            return;
        }
        ended = true;
        loop.closed(this);
        traffic.tunnelEnded();
        upstream.tunnelEnded();
        chronicle.end(transcript, Transcript.Ending.TUNNEL);
        closeAfterFlush(client);
        closeAfterFlush(member);
    }

    private static void closeAfterFlush(Channel channel) {
        if (channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /// One side of it.
    private static final class End extends ChannelInboundHandlerAdapter {
        private final Tunnel tunnel;
        private final Channel other;
        private final WebSocketFrames frames;

        End(Tunnel tunnel, Channel other, WebSocketFrames frames) {
            this.tunnel = tunnel;
            this.other = other;
            this.frames = frames;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes && other.isActive()) {
                tunnel.pass(other, frames, bytes);
                if (!other.isWritable()) {
                    context.channel().config().setAutoRead(false);
                }
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            other.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                other.config().setAutoRead(true);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslCloseCompletionEvent) {
                // Within TLS a farewell ends both directions.
                tunnel.cut();
            } else if (event instanceof ChannelInputShutdownEvent) {
                var here = (DuplexChannel) context.channel();
                if (here.isOutputShutdown() || !other.isActive()) {
                    tunnel.cut();
                } else {
                    SocketEnd.endOutput(other, () -> {});
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            tunnel.cut();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            tunnel.cut();
            context.close();
        }
    }
}
