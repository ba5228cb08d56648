/// What each key of a manifest takes, said once: the same declaration checks a tree, reads it into
/// values, and writes the JSON Schema and the manual, so that none of them can drift from the
/// others.
@NullMarked
package dev.belay.manifest.shape;

import org.jspecify.annotations.NullMarked;
