/// Measures the whole product from outside, as its users meet it; run by the programs in `bench/`.
/// Nothing here asserts: it counts, and prints.
@NullMarked
package dev.belay.bench;

import org.jspecify.annotations.NullMarked;
