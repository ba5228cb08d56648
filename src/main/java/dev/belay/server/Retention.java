package dev.belay.server;

import java.time.Duration;

/// How long artifacts stay that nothing needs.
///
/// @param releases of each environment, so many of the newest keep what their plans name
/// @param age what was made or used that lately stays: it was planned, and may yet be deployed
public record Retention(int releases, Duration age) {
    public static final Retention DEFAULT = new Retention(10, Duration.ofHours(1));
}
