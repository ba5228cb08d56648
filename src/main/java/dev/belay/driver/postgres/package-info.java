/// PostgreSQL as something that is migrated, backed up, restored and compared: connections, its own
/// programs, and clusters that exist only to try something out.
@NullMarked
package dev.belay.driver.postgres;

import org.jspecify.annotations.NullMarked;
