/// Canaries of releases before their judge: what was counted, what followed from it, and how
/// anybody judges it again.
@NullMarked
package dev.belay.server.rollout;

import org.jspecify.annotations.NullMarked;
