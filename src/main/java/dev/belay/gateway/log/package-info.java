/// What is written down of requests: a [dev.belay.gateway.log.Transcript] of each, and the access
/// log that keeps those of interest.
///
/// **Invariants.** Nothing here blocks an event loop: a disk that is slow or full costs lines,
/// never requests. What is lost is counted. A query string is written only where somebody asked for
/// it: it may hold secrets.
@NullMarked
package dev.belay.gateway.log;

import org.jspecify.annotations.NullMarked;
