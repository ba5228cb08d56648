/// The checks of a plan, carried out on this host: what a step waits for or demands before it goes
/// on. Nothing here changes anything.
@NullMarked
package dev.belay.driver.check;

import org.jspecify.annotations.NullMarked;
