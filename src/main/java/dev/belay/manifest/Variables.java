package dev.belay.manifest;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// The environment variables of a component.
///
/// @param required must be there and not empty; secrets are required too and stand in both
/// @param secrets never written anywhere
/// @param values plain values by name, `${NAME}` not yet resolved
/// @param meanings what they are for, by name, for people
public record Variables(
        SortedSet<String> required,
        SortedSet<String> secrets,
        SortedMap<String, String> values,
        SortedMap<String, String> meanings) {
    public static final Variables NONE =
            new Variables(
                    new TreeSet<>(),
                    new TreeSet<>(),
                    new TreeMap<>(Map.of()),
                    new TreeMap<>(Map.of()));

    public Variables {
        required = Collections.unmodifiableSortedSet(new TreeSet<>(required));
        secrets = Collections.unmodifiableSortedSet(new TreeSet<>(secrets));
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        meanings = Collections.unmodifiableSortedMap(new TreeMap<>(meanings));
    }
}
