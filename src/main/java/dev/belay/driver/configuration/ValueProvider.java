package dev.belay.driver.configuration;

import java.util.Optional;

/// Who knows the values that no version holds, secrets above all. Asked at every start of an
/// instance, so that the answer is the current one.
public interface ValueProvider {
    /// The value of `name` in the environment now, or empty when it has none.
    ///
    /// @throws java.io.UncheckedIOException when the provider cannot be asked
    Optional<Secret> find(String environment, String name);

    /// Where that value comes from; empty when there is none, or when nobody can tell.
    ///
    /// @throws java.io.UncheckedIOException when the provider cannot be asked
    default Optional<ValueOrigin> origin(String environment, String name) {
        return Optional.empty();
    }
}
