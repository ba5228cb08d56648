package dev.belay.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// How the end of a connection is said. Within TLS the end has a message of its own, and whoever
/// does not get it knows that something is missing.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class SocketEnd {
    private SocketEnd() {}

    /// Sends what was written, and then that no more will come. What the other side sends still
    /// comes in.
    ///
    /// @param said called once all of it is on its way, or cannot be
    static void endOutput(Channel channel, Runnable said) {
        lastOf(channel)
                .addListener(_ -> {
                    ((DuplexChannel) channel).shutdownOutput();
                    said.run();
                });
    }

    /// The same where nothing is ever written again: the connection ends when the other side does,
    /// without anybody being told that it sends no more.
    static void endForGood(Channel channel, Runnable said) {
        lastOf(channel)
                .addListener(_ -> {
                    shut(channel);
                    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
                    said.run();
                });
    }

    private static ChannelFuture lastOf(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        }
        // What is not encrypted by then would be lost.
        channel.flush();
        return tls.closeOutbound();
    }

    /// Netty makes an exception for whatever might still be written, trace and all, which costs
    /// more than the call.
    private static void shut(Channel channel) {
        if (channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
            try {
                socket.shutdown(false, true);
            } catch (IOException | NotYetConnectedException _) {
                // The other side has gone, of which the channel hears by itself.
            }
        } else {
            ((DuplexChannel) channel).shutdownOutput();
        }
    }

    /// Sends what was written, and then ends; whoever takes nothing of it for so long is not waited
    /// for.
    static void close(Channel channel, Duration patience) {
        if (channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            watch(channel, patience, Long.MAX_VALUE);
        }
    }

    private static void watch(Channel channel, Duration patience, long before) {
        if (!channel.isActive()) {
            return;
        }
        long left = unsent(channel);
        if (left >= before) {
            reset(channel);
            return;
        }
        var next =
                channel.eventLoop()
                        .schedule(
                                () -> watch(channel, patience, left),
                                patience.toNanos(),
                                TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(_ -> next.cancel(false));
    }

    /// Bytes that were written and that the socket did not take yet.
    static long unsent(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /// Ends without a farewell, so that nobody takes what came for the whole.
    static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
        if (tls == null) {
            channel.close();
        } else {
            tls.close();
        }
    }

    /// Lets what still comes in go to waste, unencrypted or not.
    static void discardInput(Channel channel) {
        channel.pipeline().addFirst(new Waste());
    }

    /// Whether nothing can be sent any more, because we said so or because it failed.
    static boolean outputOver(Channel channel) {
        return ((DuplexChannel) channel).isOutputShutdown();
    }

    /// Whether the other side, or the net, has caused it: nothing to look into.
    static boolean foreseen(Throwable cause) {
        return cause instanceof IOException || cause.getCause() instanceof IOException;
    }

    private static final class Waste extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
