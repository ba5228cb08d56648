package dev.belay.manifest;

import dev.belay.release.Placement;

/// What an environment runs on.
public sealed interface Target {
    /// Plain processes on this machine.
    record Processes() implements Target {}

    /// Containers of the Docker Engine on this machine.
    record Docker() implements Target {}

    /// Wherever commands of the components bring them.
    record Commands() implements Target {}

    /// A namespace of a Kubernetes cluster.
    record Kubernetes(Placement placement) implements Target {}
}
