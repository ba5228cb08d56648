/// The control plane as a process: HTTP API, status page, and the wiring of everything below.
@NullMarked
package dev.belay.server;

import org.jspecify.annotations.NullMarked;
