/// Manifest and inventory in, an immutable plan with its rollback out. Pure: the same input gives
/// the same plan, byte for byte, and its digest.
@NullMarked
package dev.belay.plan;

import org.jspecify.annotations.NullMarked;
