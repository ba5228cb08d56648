/// Judges of rollouts side by side on the same simulated traffic: ours, the rules of other tools as
/// their documents and sources describe them, and tests out of books. Run by `bench/canary`.
@NullMarked
package dev.belay.bench.canary;

import org.jspecify.annotations.NullMarked;
