/// Answers as ready text for terminals: made here, so that the command line has nothing to do but
/// print.
@NullMarked
package dev.belay.server.text;

import org.jspecify.annotations.NullMarked;
