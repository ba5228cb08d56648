/// Built things, by the digest of what is in them. An artifact is built once, stored once, checked
/// every time before use, and kept as long as something could go back to it.
@NullMarked
package dev.belay.driver.artifact;

import org.jspecify.annotations.NullMarked;
