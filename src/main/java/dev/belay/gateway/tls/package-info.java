/// TLS of the gateway's ports: certificates as files, watched and exchanged while connections go
/// on; which of them a client is shown; what is spoken inside. Knows nothing of routes.
///
/// ```
///  folder ─► CertificateFolder ─► Certificate ─► ServerNames ◄─ ServerNameHandler ◄─ client
///                    ▲                               ▲           (ClientHello)
///                    └─────── CertificateWatch ──────┘ one reference
/// ```
///
/// **Invariants.** A pair that cannot be used never replaces one that can. A certificate's native
/// memory is given back when nobody serves it any more. The native library is loaded with the first
/// certificate, not before: who speaks no TLS does not pay for it.
@NullMarked
package dev.belay.gateway.tls;

import org.jspecify.annotations.NullMarked;
