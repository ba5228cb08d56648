package dev.belay.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.TransportProtocol;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Takes what a proxy before us says of its client, in version 1 or 2 of the PROXY protocol, before
/// anything else of the connection is looked at. Without it the connection ends: a proxy that says
/// nothing and a client that goes round it look the same.
// A close that fails has nobody to tell.
@SuppressWarnings("FutureReturnValueIgnored")
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    /// Room for what else a proxy may tell, which nobody here reads.
    private static final int EXTRAS_MAX = 1_024;

    private final Predicate<Channel> welcome;

    /// @param welcome asked who it is, before anything is done for it
    private ProxyHeader(Predicate<Channel> welcome) {
        this.welcome = welcome;
    }

    /// Puts it before all that is there.
    static void expect(Channel channel, Predicate<Channel> welcome) {
        channel.pipeline()
                .addFirst(new ProxyHeader(welcome))
                .addFirst(new HAProxyMessageDecoder(EXTRAS_MAX));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof HAProxyMessage header) || !context.channel().isActive()) {
            // What is left of a connection that has ended, be it what would be a header.
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            InetAddress source = source(header);
            if (source != null) {
                Peer.tell(context.channel(), new InetSocketAddress(source, header.sourcePort()));
            }
        } finally {
            header.release();
        }
        if (welcome.test(context.channel())) {
            context.pipeline().remove(this);
        } else {
            context.close();
        }
    }

    /// Null where the proxy speaks for itself, to see whether we live, or does not know. Nothing is
    /// looked up: an address may name a zone of the proxy's own host.
    private static @Nullable InetAddress source(HAProxyMessage header) {
        boolean tells =
                header.command() == HAProxyCommand.PROXY
                        && header.proxiedProtocol().transportProtocol() == TransportProtocol.STREAM
                        && header.sourceAddress() != null;
        return tells ? NetUtil.createInetAddressFromIpAddressString(header.sourceAddress()) : null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
