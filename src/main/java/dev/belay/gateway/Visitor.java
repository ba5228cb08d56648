package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who is one client, where clients are counted: an IPv4 address, or the 64 bits of an IPv6 address
/// that a single household has for itself.
///
/// A peer on this host is a proxy before us and no client: behind it are all of its clients. Who
/// asked is what it says last in `X-Forwarded-For`, which is the part that it wrote itself; where
/// it says nothing, nobody is known and nobody is counted.
final class Visitor {
    /// Nobody who could be counted.
    static final long UNKNOWN = 0;

    private static final int PREFIX = 8;

    private Visitor() {}

    /// Whoever sent a request, as a number that others share only by chance.
    static long of(Peer peer, HttpHeaders headers) {
        if (!peer.local()) {
            return number(peer.host().getAddress());
        }
        List<String> lines = headers.getAll(Forwarding.X_FORWARDED_FOR);
        if (lines.isEmpty()) {
            return UNKNOWN;
        }
        String line = lines.getLast();
        return of(line.substring(line.lastIndexOf(',') + 1).strip());
    }

    /// Whoever connected; [#UNKNOWN] on this host.
    static long of(Peer peer) {
        return peer.local() ? UNKNOWN : number(peer.host().getAddress());
    }

    /// The address by itself, as far as it is known.
    static @Nullable InetAddress address(Peer peer, HttpHeaders headers) {
        List<String> lines = headers.getAll(Forwarding.X_FORWARDED_FOR);
        if (!peer.local() || lines.isEmpty()) {
            return peer.host();
        }
        String line = lines.getLast();
        return NetUtil.createInetAddressFromIpAddressString(
                line.substring(line.lastIndexOf(',') + 1).strip());
    }

    private static long of(String text) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
        return address == null || address.isLoopbackAddress()
                ? UNKNOWN
                : number(address.getAddress());
    }

    private static long number(byte @Nullable [] address) {
        if (address == null) {
            return UNKNOWN;
        }
        long number = address.length;
        for (int i = 0; i < Math.min(PREFIX, address.length); i++) {
            number = number * 257 + (address[i] & 0xff) + 1;
        }
        return number;
    }
}
