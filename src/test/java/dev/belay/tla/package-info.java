/// The protocol's model in `src/test/tla`, looked at by TLC, the model checker of TLA+.
@NullMarked
package dev.belay.tla;

import org.jspecify.annotations.NullMarked;
