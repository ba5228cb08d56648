package dev.belay.driver.datastore;

import dev.belay.release.Dependency.Engine;

/// A datastore wanted on this machine.
///
/// @param name also the name of its folder
/// @param url as components use it, variables resolved: says port, user, password and database
public record LocalDatastore(String name, Engine engine, String url) {
    /// Without the address: it holds the password.
    @Override
    public String toString() {
        return name + " (" + engine + ")";
    }
}
