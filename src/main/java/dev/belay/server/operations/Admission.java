package dev.belay.server.operations;

import java.util.function.Supplier;

/// Holds the right to what was asked for while it is done. Between a request and what comes of it
/// may lie a long build, and who asked may have been shut out meanwhile.
public interface Admission {
    /// For what Belay does by itself.
    Admission ALWAYS = Supplier::get;

    /// Does it, or throws when it is not allowed any more.
    <T> T during(Supplier<T> doing);
}
