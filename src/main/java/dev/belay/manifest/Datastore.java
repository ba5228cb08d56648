package dev.belay.manifest;

import dev.belay.release.Dependency;
import org.jspecify.annotations.Nullable;

/// Keeps data that outlives releases.
///
/// @param migrations schema changes that belong to it, and so to every component that uses it;
///   absent when it has none, or components bring their own
/// @param declared what is said of it and cannot be seen
public record Datastore(
        Dependency dependency,
        Local local,
        Backup backup,
        @Nullable MigrationFolder migrations,
        Responsible responsible,
        Declared declared,
        Source source) {
    /// One of whose backups and schema nobody said anything.
    public Datastore(Dependency dependency, Local local, Responsible responsible, Source source) {
        this(dependency, local, Backup.usual(dependency), null, responsible, source);
    }

    /// One of whose data nobody said anything.
    public Datastore(
            Dependency dependency,
            Local local,
            Backup backup,
            @Nullable MigrationFolder migrations,
            Responsible responsible,
            Source source) {
        this(dependency, local, backup, migrations, responsible, Declared.NOTHING, source);
    }

    /// Whether a gate for backups wants one of it: of PostgreSQL always, of other engines when the
    /// manifest says something of their backups. A cache need not have any.
    public boolean isKept() {
        return dependency.engine() == Dependency.Engine.POSTGRES
                || (dependency.engine().isBackedUp() && backup.written());
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
