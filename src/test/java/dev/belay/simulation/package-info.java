/// The simulated world: one queue of events, one recorded source of chance, and every fault that a
/// release can meet. The engine and its decisions are the real ones.
@NullMarked
package dev.belay.simulation;

import org.jspecify.annotations.NullMarked;
