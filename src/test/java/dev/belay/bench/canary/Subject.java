package dev.belay.bench.canary;

/// A judge under comparison.
interface Subject {
    /// Whether the rollout is to be rolled back, now or since earlier.
    boolean add(Tick tick);
}
