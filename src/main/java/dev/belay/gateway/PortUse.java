package dev.belay.gateway;

import dev.belay.gateway.tls.TlsUse;
import org.jspecify.annotations.Nullable;

/// What a stable port speaks.
///
/// @param tls null speaks plain HTTP
record PortUse(@Nullable TlsUse tls) {
    static final PortUse PLAIN = new PortUse(null);
}
