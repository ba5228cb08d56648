/// The nouns, as values: release states, scopes, revisions, and the work that a step stands for.
/// Touches no file, socket, database or clock.
@NullMarked
package dev.belay.release;

import org.jspecify.annotations.NullMarked;
