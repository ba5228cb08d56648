/// The whole of Belay as its users have it: a control plane, a gateway and instances, each a real
/// process, ended with `kill -9` and worse. Nothing in here looks inside: the tests read what the
/// API says, what the gateway serves and what the kernel knows of processes.
@NullMarked
package dev.belay.wholes;

import org.jspecify.annotations.NullMarked;
