/// Reports of tools, from bytes to one small value. Whoever wrote the file may have meant harm: it
/// is bounded before it is read, opens nothing, and what is not understood is refused rather than
/// passed over.
@NullMarked
package dev.belay.gate.report;

import org.jspecify.annotations.NullMarked;
