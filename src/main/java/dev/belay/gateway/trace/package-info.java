/// The gateway's part in distributed traces: it reads and writes W3C Trace Context, and tells an
/// OpenTelemetry collector of the requests that are sampled.
///
/// **Invariants.** Nothing here blocks an event loop: a collector that is slow or away costs spans,
/// never requests. What is lost is counted. Without a collector headers pass as they came.
@NullMarked
package dev.belay.gateway.trace;

import org.jspecify.annotations.NullMarked;
