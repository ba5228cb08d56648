package dev.belay.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpObjectEncoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A socket that left HTTP/1.1.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class SocketTunnelEnd extends ChannelInboundHandlerAdapter implements TunnelEnd {
    private final Channel channel;
    private final Duration patience;
    private @Nullable Listener listener;

    /// No message is written any more; whatever the other side has sent ahead must find no encoder.
    ///
    /// @param patience with those who take nothing of the last that is for them
    SocketTunnelEnd(Channel channel, Duration patience) {
        this.channel = channel;
        this.patience = patience;
        for (ChannelHandler handler : channel.pipeline().toMap().values()) {
            if (handler instanceof HttpObjectEncoder<?>) {
                channel.pipeline().remove(handler);
            }
        }
    }

    /// The new handler goes in before the old ones go out: a decoder that leaves passes its rest
    /// on.
    @Override
    public void listen(Listener told) {
        listener = told;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(this);
        for (String name : channel.pipeline().names().reversed()) {
            ChannelHandler handler = channel.pipeline().get(name);
            boolean around = handler == null || handler instanceof SslHandler;
            if (!around && handler != this) {
                channel.pipeline().remove(handler);
            }
        }
        channel.config().setAutoRead(true);
    }

    @Override
    public boolean alive() {
        return channel.isActive();
    }

    @Override
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public void read(boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    @Override
    public void endOutput() {
        SocketEnd.endOutput(channel, () -> {});
    }

    @Override
    public boolean outputEnded() {
        return SocketEnd.outputOver(channel);
    }

    @Override
    public void close() {
        SocketEnd.close(channel, patience);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes && listener != null) {
            listener.onBytes(bytes);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (listener != null) {
            listener.onBatchEnd();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (listener != null) {
            listener.onWritability();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (listener != null && event instanceof SslCloseCompletionEvent) {
            // Within TLS a farewell ends both directions.
            listener.onGone();
        } else if (listener != null && event instanceof ChannelInputShutdownEvent) {
            listener.onInputEnd();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (listener != null) {
            listener.onGone();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException && context.channel().isActive() && outputEnded()) {
            // What it said before it hung up is still to come, and then the end.
            return;
        }
        if (listener != null) {
            listener.onGone();
        }
        context.close();
    }
}
