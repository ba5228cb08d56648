/// Backups as folders of files that say what they are: their manifest, what seals and hashes them,
/// where they are kept and for how long. Knows no database; who does makes and verifies them.
@NullMarked
package dev.belay.driver.backup;

import org.jspecify.annotations.NullMarked;
