/// The data plane: listens on the components' stable ports, sends requests to instances, shifts and
/// drains. A process of its own that never sees the journal: traffic outlives the control plane.
///
/// ```
///  control plane ── GatewayClient ──► admin socket ──► TableKeeper ──► disk, then one reference
///                                                                          │ read once a request
///  client ──► ClientConnection ──► ProxyExchange ──► UpstreamConnection ──► member
///                                  SiteExchange (files)        Tunnel (WebSocket)
/// ```
///
/// What others use: [dev.belay.gateway.GatewayMain] (the process, and the flags for its JVM),
/// [dev.belay.gateway.GatewayClient] with [dev.belay.gateway.Route],
/// [dev.belay.gateway.HealthCheck] and [dev.belay.gateway.PublishReply], and
/// [dev.belay.gateway.Gateway] to run one inside a test.
///
/// **Invariants.** A request reads the table once and takes no lock. A member with a weight has
/// answered its health check to this gateway. A table that was answered for is on disk and in use
/// by every event loop. The last ready member of a revision is never ejected. An answer that was
/// cut is never made to look whole. Nothing in flight is cut unless `/close` asked for it.
///
/// # The admin socket
///
/// HTTP/1.1 with JSON over `STATE-FOLDER/gateway.sock`, one request a connection.
///
/// | Request | Body | Answer |
/// |---|---|---|
/// | `PUT /routes/ENV/COMPONENT` | `{token, port, shares, health, site, at}` | 200 `{version}` |
/// | `DELETE /routes/ENV/COMPONENT` | `{token}` | 200 `{version}` |
/// | `POST /seal/ENV/COMPONENT` | `{token}` | 200 `{last, route}` |
/// | `POST /close/ENV/COMPONENT` | `{revision}` | 200, as `/inflight` |
/// | `GET /inflight/ENV/COMPONENT` | | 200 `{revisions: [{revision, requests, tunnels, members}]}` |
/// | `GET /routes` | | 200, the whole table with tokens and version |
/// | `GET /certificates` | | 200 `{certificates: [{name, hosts, from, until, issuer, fingerprint}], warnings}` |
/// | `GET /counts` | | 200, everything counted |
/// | `GET /metrics` | | 200, the same for Prometheus |
/// | `GET /log` | | 200, what the access log keeps, and `file` |
/// | `PUT /log` | any of `{on, sample, slowMillis, components, statuses, paths, queries}` | 200, as `GET /log` |
///
/// Refusals change nothing: 409 with `reason` `stale-token`, `not-ready`, `port-taken` or
/// `route-taken`; 422 with `problems`; 503 with `reason` `unknown` when the outcome has to be found
/// out by sealing.
///
/// A share is `{revision, weight, members: [{id, host, port}]}` or `{revision, weight, root}`. The
/// health check is `{kind: "http", path, low, high, headers, body, timeoutMillis}`, `{kind: "tcp",
/// timeoutMillis}` or `{kind: "none"}`. A frontend's `site` is `{fallback, immutable: [prefix]}`.
/// What it has of entrances is `at: [{entrance: {name, port, tls}, hosts, paths, methods,
/// headers}]`, and an entrance's `tls` is `{folder, minimum}` or `{certificate, key, minimum}`:
/// paths, never what is in the files.
@NullMarked
package dev.belay.gateway;

import org.jspecify.annotations.NullMarked;
