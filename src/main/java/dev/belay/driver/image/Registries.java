package dev.belay.driver.image;

/// The registries that an environment knows.
public interface Registries {
    /// The one that images are named after; one that nothing is said of lets everybody in.
    Registry of(String host);

    /// Those that let everybody in.
    static Registries open() {
        return host -> new Registry(RegistryAccess.open(host));
    }
}
