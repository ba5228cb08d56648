package dev.belay.manifest;

import dev.belay.release.Dependency;

/// A service of somebody else that components need.
///
/// @param declared what is said of it and cannot be seen
public record External(
        Dependency dependency, Responsible responsible, Declared declared, Source source) {
    /// One of which nobody said anything.
    public External(Dependency dependency, Responsible responsible, Source source) {
        this(dependency, responsible, Declared.NOTHING, source);
    }

    public String name() {
        return dependency.name();
    }
}
