/// The data plane: listens on the components' stable ports, sends requests to instances, shifts and
/// drains. A process of its own that never sees the journal: traffic outlives the control plane.
@NullMarked
package dev.belay.gateway;

import org.jspecify.annotations.NullMarked;
