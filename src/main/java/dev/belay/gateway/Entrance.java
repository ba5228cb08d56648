package dev.belay.gateway;

import dev.belay.gateway.tls.TlsUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A port that components of one environment share; which of them a request is for, their lines'
/// [Match]es say. No thing of its own in the table: every line brings the whole of each entrance
/// that it uses, and where two lines of an environment differ about the one of a name, the line
/// that was published last decides for both.
///
/// @param name unique within the environment
/// @param tls how it speaks TLS; null is plain HTTP
/// @param proxies who may connect, and must say for whom by the PROXY protocol; none: anybody may,
///   and speaks for itself
public record Entrance(String name, int port, @Nullable TlsUse tls, List<Network> proxies) {
    public Entrance {
        proxies = List.copyOf(proxies);
    }

    /// One that anybody may come through, and that speaks plain HTTP.
    public Entrance(String name, int port) {
        this(name, port, null, List.of());
    }

    /// One that anybody may come through.
    public Entrance(String name, int port, @Nullable TlsUse tls) {
        this(name, port, tls, List.of());
    }

    /// The same with TLS.
    public Entrance over(TlsUse use) {
        return new Entrance(name, port, use, proxies);
    }

    /// The same for proxies alone.
    public Entrance behind(List<Network> others) {
        return new Entrance(name, port, tls, others);
    }

    PortUse use() {
        return new PortUse(tls, proxies);
    }
}
