/// Stores of secrets as the manifest declares them, opened, asked and remembered for a moment. What
/// they give stands in memory alone and is masked everywhere; nothing of it is ever written.
///
/// Stores with a protocol of their own have packages beside this one.
@NullMarked
package dev.belay.driver.secrets;

import org.jspecify.annotations.NullMarked;
