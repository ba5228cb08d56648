package dev.belay.gateway.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Waits for what a client says first, and puts the server's end of TLS with the fitting
/// certificate in its place.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
public final class ServerNameHandler extends SslClientHelloHandler<ClientHello> {
    private static final int HELLO_MAX = 64 * 1024;
    private static final int ATTEMPTS_MAX = 100;

    /// Alert `unrecognized_name`, fatal (RFC 6066 §3), in a record of TLS 1.2.
    private static final byte[] NO_CERTIFICATE = {21, 3, 3, 0, 2, 2, 112};

    private static final String SENTENCE = "This port speaks https:// and nothing else.\n";
    private static final byte[] NOT_TLS =
            """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: %d\r
            Connection: close\r
            \r
            %s\
            """
                    .formatted(SENTENCE.length(), SENTENCE)
                    .getBytes(StandardCharsets.US_ASCII);

    private final Function<ClientHello, @Nullable Certificate> choice;
    private final Duration handshake;
    private boolean tls;
    private boolean refused;

    /// @param choice the certificate for a client, by the state of this moment
    /// @param handshake how long it may take
    public ServerNameHandler(
            Function<ClientHello, @Nullable Certificate> choice, Duration handshake) {
        super(HELLO_MAX);
        this.choice = choice;
        this.handshake = handshake;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
        } else {
            super.decode(context, in, out);
        }
    }

    @Override
    protected Future<ClientHello> lookup(ChannelHandlerContext context, @Nullable ByteBuf hello) {
        tls = hello != null;
        ClientHello said = hello == null ? ClientHello.SILENT : ClientHello.parse(hello);
        return context.executor().newSucceededFuture(said);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, Future<ClientHello> lookup) {
        if (!tls) {
            refuse(context, NOT_TLS);
            return;
        }
        SslHandler handler = handler(context, lookup.getNow());
        if (handler == null) {
            refuse(context, NO_CERTIFICATE);
            return;
        }
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        boolean placed = false;
        try {
            context.pipeline().replace(this, null, handler);
            placed = true;
        } finally {
            if (!placed) {
                ReferenceCountUtil.safeRelease(handler.engine());
            }
        }
    }

    /// A certificate may be exchanged between finding it and using it. The next look finds the new
    /// one.
    private @Nullable SslHandler handler(ChannelHandlerContext context, ClientHello hello) {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            Certificate certificate = choice.apply(hello);
            if (certificate == null) {
                return null;
            }
            SslHandler handler = certificate.handler(context.alloc());
            if (handler != null) {
                return handler;
            }
        }
        return null;
    }

    private void refuse(ChannelHandlerContext context, byte[] answer) {
        refused = true;
        context.writeAndFlush(Unpooled.wrappedBuffer(answer))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
