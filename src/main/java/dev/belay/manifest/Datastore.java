package dev.belay.manifest;

import dev.belay.release.Dependency;

/// Keeps data that outlives releases.
public record Datastore(
        Dependency dependency, Local local, Backup backup, Responsible responsible, Source source) {
    /// One of whose backups nobody said anything.
    public Datastore(Dependency dependency, Local local, Responsible responsible, Source source) {
        this(dependency, local, Backup.usual(dependency), responsible, source);
    }

    public String name() {
        return dependency.name();
    }

    /// Whether `belay up` starts it.
    public sealed interface Local {}

    /// Somebody else runs it.
    public record Elsewhere() implements Local {}

    /// Belay starts one on this machine.
    ///
    /// @param version wanted, `16`, or empty for what the machine has
    /// @param port it listens on, the environment's offset added
    public record Server(String version, int port) implements Local {}
}
