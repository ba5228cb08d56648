package dev.belay.manifest;

import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// One store of an environment's secrets, and which variables get their values from it. Those come
/// from nowhere else.
public record SecretSource(
        String name,
        SecretStore store,
        SequencedMap<String, SecretReference> variables,
        Source source) {
    public SecretSource {
        variables = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(variables));
    }
}
