package dev.belay.manifest;

import dev.belay.release.Dependency;

/// A service of somebody else that components need.
public record External(Dependency dependency, Responsible responsible, Source source) {
    public String name() {
        return dependency.name();
    }
}
