/// Positions in files, problems with code and hint, and how they are shown to the person who can
/// mend them. Knows nothing of Belay: any text with lines can have problems.
@NullMarked
package dev.belay.problem;

import org.jspecify.annotations.NullMarked;
