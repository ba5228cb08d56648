package dev.belay.server;

import java.nio.file.Path;

/// What one control plane is told at its start.
///
/// @param manifest the `belay.yaml`, or its folder
/// @param state where it keeps what it must remember
/// @param port of the API; 0 for any that is free
/// @param retention what it keeps beyond what it must
public record Settings(Path manifest, Path state, int port, Retention retention) {
    public Settings(Path manifest, Path state, int port) {
        this(manifest, state, port, Retention.DEFAULT);
    }

    /// State beside the manifest, any free port.
    public static Settings of(Path manifest) {
        Path folder = manifest.toAbsolutePath().normalize();
        Path home = folder.endsWith("belay.yaml") ? folder.resolveSibling(".") : folder;
        return new Settings(manifest, home.normalize().resolve(StateFolder.NAME), 0);
    }

    Settings with(Retention other) {
        return new Settings(manifest, state, port, other);
    }
}
