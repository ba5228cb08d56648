package dev.belay.manifest;

import dev.belay.problem.Place;

/// Where a thing was written, for whoever finds fault with it later.
///
/// Two things that say the same are equal wherever they were written, so every source equals every
/// other one.
public abstract class Source {
    Source() {}

    /// The value of a key, `at("health", "http")`; when it was not written, the nearest thing
    /// around it that was.
    public abstract Place at(String... path);

    @Override
    public final boolean equals(Object other) {
        return other instanceof Source;
    }

    @Override
    public final int hashCode() {
        return 1;
    }

    @Override
    public final String toString() {
        return "Source";
    }

    /// Of things that were made by a program, such as in tests.
    public static Source named(String what) {
        return new Source() {
            @Override
            public Place at(String... path) {
                return new Place.Named(what);
            }
        };
    }
}
