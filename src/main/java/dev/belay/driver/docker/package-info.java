/// Programs in containers of a Docker Engine on the control plane's own host.
///
/// ```
/// ContainerRunner ── Engine (HTTP/1.1 over the socket) ──► dockerd ──► container
///       │                                                      labels: whose, which run
///       └── RUN FOLDER: claim before the start, exit after the end
/// ```
///
/// What is not labelled as ours is never touched. A container is created first and started by a
/// second call: one that is created late runs nothing.
@NullMarked
package dev.belay.driver.docker;

import org.jspecify.annotations.NullMarked;
