package dev.belay.gateway;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Who is at the other end of a client's connection: whoever connected, or whom a proxy that may
/// say so named in the PROXY protocol.
///
/// @param told whether a proxy named it
record Peer(InetSocketAddress address, boolean told) {
    private static final AttributeKey<Peer> KEY = AttributeKey.valueOf(Peer.class, "peer");

    static Peer of(Channel channel) {
        Peer told = channel.attr(KEY).get();
        return told != null ? told : new Peer((InetSocketAddress) channel.remoteAddress(), false);
    }

    /// Takes the word of a proxy.
    static void tell(Channel channel, InetSocketAddress address) {
        channel.attr(KEY).set(new Peer(address, true));
    }

    InetAddress host() {
        return address.getAddress();
    }

    /// Whether it is a proxy on this host, which is believed whom it speaks for. That a proxy
    /// elsewhere was asked from its own host says nothing of ours.
    boolean local() {
        return !told && host().isLoopbackAddress();
    }
}
