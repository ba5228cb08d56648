/// Text to `Manifest`, keeping positions, so that every later complaint can point at a line.
@NullMarked
package dev.belay.manifest;

import org.jspecify.annotations.NullMarked;
