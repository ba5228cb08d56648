/// Evidence as it is kept: the files as they came, by their digest, and what was said of them when
/// they were added. What they are worth is read of the files anew, every time.
@NullMarked
package dev.belay.server.evidence;

import org.jspecify.annotations.NullMarked;
