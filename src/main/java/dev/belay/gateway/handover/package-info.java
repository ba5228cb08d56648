/// How a running gateway gives its place to another process without a connection lost: the
/// listening sockets are passed as descriptors over a Unix socket, and both take from the same
/// queue until the predecessor has closed its copies.
///
/// ```
///  successor                                            predecessor
///  boots ── hello {protocol, build} ──────────────────►  one at a time, else `refused`
///    ◄── table {table, addresses} ────────────────────  goes on as ever
///  asks all members ── ready ─────────────────────────►  changes nothing from here on
///    ◄── sockets {table, addresses, sockets} ─────────
///  ── send ───────────────────────────────────────────►
///    ◄── descriptors, at most 64 at a time, until all are there
///  ── got ─────────────────────────────────────────────►  gives the lock of the folder up
///    ◄── yours ────────────────────────────────────────
///  takes the lock, accepts, puts its admin socket there
///  ── serving {drainMillis} ───────────────────────────►  closes its copies, drains, ends
///    ◄── draining ─────────────────────────────────────
/// ```
///
/// **Invariant.** Who has the lock of the folder has the table and the ports; whoever loses sight
/// of the other asks the lock and nothing else. So each side may die after any message, and the
/// other serves on.
///
/// This package knows the conversation and the descriptors. What is given and taken is behind
/// [dev.belay.gateway.handover.Estate] and [dev.belay.gateway.handover.Heir].
@NullMarked
package dev.belay.gateway.handover;

import org.jspecify.annotations.NullMarked;
