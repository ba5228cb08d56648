package dev.belay.gateway;

import dev.belay.gateway.tls.TlsUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A port that components of one environment share; which of them a request is for, their lines'
/// [Match]es say. No thing of its own in the table: every line brings the whole of each entrance
/// that it uses. Where two lines of an environment differ about the one of a name, [Entrances] says
/// what becomes of it.
///
/// @param name unique within the environment
/// @param tls how it speaks TLS; null is plain HTTP
/// @param proxies who may connect, and must say for whom by the PROXY protocol; none: anybody may,
///   and speaks for itself
/// @param redirectFrom the port at which plain requests hear where it is; 0 when there is none
public record Entrance(
        String name, int port, @Nullable TlsUse tls, List<Network> proxies, int redirectFrom) {
    public Entrance {
        proxies = List.copyOf(proxies);
    }

    /// One that anybody may come through, and that speaks plain HTTP.
    public Entrance(String name, int port) {
        this(name, port, null, List.of(), 0);
    }

    /// One that anybody may come through.
    public Entrance(String name, int port, @Nullable TlsUse tls) {
        this(name, port, tls, List.of(), 0);
    }

    /// The same with TLS.
    public Entrance over(TlsUse use) {
        return new Entrance(name, port, use, proxies, redirectFrom);
    }

    /// The same for proxies alone.
    public Entrance behind(List<Network> others) {
        return new Entrance(name, port, tls, others, redirectFrom);
    }

    /// The same with a port that sends people here.
    public Entrance redirectedFrom(int other) {
        return new Entrance(name, port, tls, proxies, other);
    }

    /// Where somebody is who asked for this elsewhere.
    ///
    /// @param host as the request names it, without a port
    String location(String host, String target) {
        String scheme = tls == null ? "http://" : "https://";
        String suffix = port == (tls == null ? 80 : 443) ? "" : ":" + port;
        return scheme + host + suffix + target;
    }

    /// Whether clients have to do here what they have to do there, so that what is served there may
    /// be served here.
    boolean asksAsMuchAs(Entrance there) {
        return (tls != null || there.tls == null)
                && (there.proxies.isEmpty() || proxies.equals(there.proxies));
    }

    PortUse use() {
        return new PortUse(tls, proxies);
    }

    /// What the port speaks that sends people here.
    PortUse redirectUse() {
        return new PortUse(null, proxies);
    }
}
