/// What a person can ask of a platform: plan it, ship it, take it back, see why it waits. Knows
/// nothing of HTTP; every "no" is a [No].
@NullMarked
package dev.belay.server.operations;

import org.jspecify.annotations.NullMarked;
