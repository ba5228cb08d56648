package dev.belay.manifest;

/// What an environment runs on.
public sealed interface Target {
    /// Plain processes on this machine.
    record Processes() implements Target {}

    /// Containers of the Docker Engine on this machine.
    record Docker() implements Target {}

    /// A namespace of a cluster. Declared, but not enforced by this version.
    record Kubernetes(String namespace) implements Target {}
}
