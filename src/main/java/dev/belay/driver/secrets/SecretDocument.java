package dev.belay.driver.secrets;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.problem.Nearest;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a store gave in one piece: a file, or a secret with its keys.
public interface SecretDocument {
    /// The value under a key.
    ///
    /// @throws SecretFailure when there is none
    FoundSecret find(String key);

    /// Values that all came to be at once.
    ///
    /// @param what they are the values of, for people
    static SecretDocument of(
            String what, Map<String, Secret> values, String version, @Nullable Instant changed) {
        Map<String, Secret> kept = Map.copyOf(values);
        return key -> {
            Secret value = kept.get(key);
            if (value == null) {
                throw missing(what, key, kept.keySet());
            }
            return new FoundSecret(value, version, changed);
        };
    }

    /// That there is no such key.
    static SecretFailure missing(String what, String key, Collection<String> known) {
        return SecretFailure.missing(
                "%s has no key `%s`".formatted(what, key),
                Nearest.to(key, known)
                        .map(near -> "did you mean `" + near + "`?")
                        .orElse("put it there, or name another `key`"));
    }
}
