package dev.belay.driver.backup;

/// Who wants to know how far it is. Called a few times a second, from any thread, and never by two
/// at once; must be quick and must not throw.
@FunctionalInterface
public interface ProgressListener {
    ProgressListener NONE = _ -> {};

    void at(Progress progress);
}
