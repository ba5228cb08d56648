/// Archives of a PostgreSQL server's write-ahead log that other tools keep: what they hold, and how
/// a copy of it gets into scratch. They are read and never written.
@NullMarked
package dev.belay.driver.archive;

import org.jspecify.annotations.NullMarked;
