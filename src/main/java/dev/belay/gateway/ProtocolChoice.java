package dev.belay.gateway;

import dev.belay.gateway.tls.Certificate;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/// Waits for what client and gateway agreed on while they agreed on keys (ALPN, RFC 7301). HTTP/1.1
/// stands ready; it is also for clients that named nothing.
// A write or close that fails ends the channel, and every handler hears of that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProtocolChoice extends ChannelInboundHandlerAdapter {
    private final ClientConnection fallback;

    /// @param fallback the last of the handlers for HTTP/1.1, which stand behind this one
    ProtocolChoice(ClientConnection fallback) {
        this.fallback = fallback;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
            context.fireUserEventTriggered(event);
            return;
        }
        boolean done = handshake.isSuccess();
        Tallies tallies = fallback.proxy().chronicle().tallies();
        tallies.count(done ? Tally.TLS_HANDSHAKES : Tally.TLS_FAILURES);
        if (done) {
            SslHandler tls = context.pipeline().get(SslHandler.class);
            String protocol = tls == null ? null : tls.applicationProtocol();
            if (Certificate.PROOF_PROTOCOL.equals(protocol)) {
                // An authority has seen what it came for (RFC 8737 §3).
                context.close();
                return;
            }
            if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
                ClientSession.replace(fallback, context.pipeline());
            }
            context.pipeline().remove(this);
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // No handshake came about, for which there are a hundred reasons that are not ours.
        context.close();
    }
}
