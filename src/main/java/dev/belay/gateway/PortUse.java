package dev.belay.gateway;

import dev.belay.gateway.tls.TlsUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a stable port speaks.
///
/// @param tls null speaks plain HTTP
/// @param proxies those who alone may connect, and say first for whom; empty lets everybody
record PortUse(@Nullable TlsUse tls, List<Network> proxies) {
    static final PortUse PLAIN = new PortUse(null, List.of());
}
