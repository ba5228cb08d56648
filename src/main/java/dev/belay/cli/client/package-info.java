/// How the command line finds the control plane and talks to it: fast to start, so nothing here
/// needs more than sockets and files.
@NullMarked
package dev.belay.cli.client;

import org.jspecify.annotations.NullMarked;
