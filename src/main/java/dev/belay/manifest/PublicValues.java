package dev.belay.manifest;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a frontend's visitors may know of its environment, such as where its API is. Nothing in it
/// is secret: everybody who can load the frontend can read it.
///
/// @param at the path that they are served at; empty where they are not served
/// @param global what a script makes of them; empty where they are served as JSON
/// @param baked whether the build writes them into its files instead, so that each environment has
///   an artifact of its own
/// @param values by name, as they are written
public record PublicValues(
        String at, String global, boolean baked, SortedMap<String, String> values) {
    /// Of a frontend that has none.
    public static final PublicValues NONE = new PublicValues("", "", false, new TreeMap<>());

    public PublicValues {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /// Whether the gateway serves them.
    public boolean isServed() {
        return !at.isEmpty();
    }
}
