package dev.belay.release;

import java.util.Locale;

/// What a release owns while it runs, and what operation tokens count for: one component, one
/// datastore, or the environment itself. At most one active release owns a scope.
public record Scope(String environment, Kind kind, String name) implements Comparable<Scope> {
    /// What a scope is the scope of.
    public enum Kind {
        COMPONENT,
        DATASTORE,
        ENVIRONMENT
    }

    public static Scope component(String environment, String name) {
        return new Scope(environment, Kind.COMPONENT, name);
    }

    public static Scope datastore(String environment, String name) {
        return new Scope(environment, Kind.DATASTORE, name);
    }

    /// Reads what [#toString] wrote.
    ///
    /// @throws IllegalArgumentException when it did not
    public static Scope parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a scope: " + text);
        }
        return new Scope(parts[0], Kind.valueOf(parts[1].toUpperCase(Locale.ROOT)), parts[2]);
    }

    /// `local/component/api`.
    @Override
    public String toString() {
        return environment + "/" + kind.name().toLowerCase(Locale.ROOT) + "/" + name;
    }

    /// As their texts, which nearly always have one environment and need not be made.
    @Override
    public int compareTo(Scope other) {
        if (!environment.equals(other.environment)) {
            return toString().compareTo(other.toString());
        }
        // The words of kinds are in the order of the alphabet.
        int kinds = kind.compareTo(other.kind);
        return kinds == 0 ? name.compareTo(other.name) : kinds;
    }
}
