/// Whether one thing is worse than another, as arithmetic: exact tests, bounds and what they come
/// to. Pure: who measured, and what follows, is others' business.
@NullMarked
package dev.belay.judge;

import org.jspecify.annotations.NullMarked;
