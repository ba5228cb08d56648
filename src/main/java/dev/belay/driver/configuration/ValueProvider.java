package dev.belay.driver.configuration;

import java.util.Optional;

/// Who knows the values that no version holds, secrets above all. Asked at every start of an
/// instance, so that the answer is the current one.
public interface ValueProvider {
    /// The value of `name` in the environment now, or empty when it has none.
    ///
    /// @throws java.io.UncheckedIOException when the provider cannot be asked
    Optional<Secret> find(String environment, String name);
}
