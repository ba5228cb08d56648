/// Runs a plan durably: intent, effect, outcome; undo, resume, hold. The state machine is pure and
/// `World` is its only door.
@NullMarked
package dev.belay.execution;

import org.jspecify.annotations.NullMarked;
