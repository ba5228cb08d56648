/// Looks for secrets where none may be: in sources, in what was committed, in what was built. Reads
/// and changes nothing, and what it answers never holds what it found.
@NullMarked
package dev.belay.driver.scan;

import org.jspecify.annotations.NullMarked;
