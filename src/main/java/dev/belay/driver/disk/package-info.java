/// Files that survive a crash at any instant, and locks that hold between processes: what the
/// drivers that keep something on disk stand on.
@NullMarked
package dev.belay.driver.disk;

import org.jspecify.annotations.NullMarked;
