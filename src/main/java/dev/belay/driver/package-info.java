/// Hands to the world. The package itself holds the ports that execution sees; below it are the
/// drivers: processes, the gateway's client, probes, artifacts. Nothing else changes the world.
@NullMarked
package dev.belay.driver;

import org.jspecify.annotations.NullMarked;
