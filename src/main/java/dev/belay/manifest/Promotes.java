package dev.belay.manifest;

/// Where an environment's artifacts and schemas come from.
///
/// @param from the environment in which they soaked; empty where they are built
/// @param automatically whether what soaked there is released without being asked for
public record Promotes(String from, boolean automatically) {
    /// Everything is built for the environment itself.
    public static final Promotes NOTHING = new Promotes("", false);
}
