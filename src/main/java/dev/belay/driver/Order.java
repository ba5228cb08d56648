package dev.belay.driver;

import dev.belay.release.Scope;
import java.time.Duration;

/// What every call to the world carries: on whose behalf, with which token, and how long it may
/// take.
///
/// @param token accepted by the world only when greater than the last one accepted for the scope
/// @param within the time the caller waits; a driver stops trying before it is over
public record Order(Scope scope, long token, String release, int step, Duration within) {}
