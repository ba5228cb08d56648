/// HAProxy as a router: a process of its own, as our gateway is, which outlives the control plane.
///
/// ```
/// HaproxyRouter ── durable first ──► Lines (token and line of every scope)
///      │                               │
///      │                               ▼ written out
///      │                         Configuration (haproxy.cfg, maps/)
///      ▼ commands                      │ read at the start and at a reload
/// Workers ── master socket ──► the worker that accepts, and those that still serve
/// ```
///
/// What a line lets change while it is there, the processes are told by commands: servers, and the
/// map that says who gets which request, whose versions HAProxy exchanges as a whole. A line that
/// comes or goes takes a reload, at which the ports are passed on and what is under way ends in the
/// process that began it.
@NullMarked
package dev.belay.driver.haproxy;

import org.jspecify.annotations.NullMarked;
