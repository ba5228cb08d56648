package dev.belay.driver.secrets;

import dev.belay.driver.configuration.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a store gave.
///
/// @param version the store's own name for this value; empty where it has none
/// @param changed when it came to be; null where the store does not tell
public record FoundSecret(Secret value, String version, @Nullable Instant changed) {}
