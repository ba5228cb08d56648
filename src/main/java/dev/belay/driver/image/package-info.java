/// Images of containers, as registries and archives have them, without any engine that runs them.
///
/// ```
/// Registry ───────► Manifest ─► Wrapping ─► Registry
/// ImageArchive ──►     ▲            ▲
///                      base         artifact's archive
/// ```
///
/// What is read is believed only when its digest is the one that was asked for.
@NullMarked
package dev.belay.driver.image;

import org.jspecify.annotations.NullMarked;
