package dev.belay.judge;

/// What one guard has seen of a rollout.
interface Watch {
    /// Takes in what a batch has of it.
    ///
    /// @param tick counted from the first batch
    void add(long tick, boolean changed, Sample sample);

    /// The logarithm of the evidence that the canary is worse than tolerated: at 1/e with a
    /// probability of at most e when it is not.
    double harm();

    /// The logarithm of the evidence that it is not materially worse.
    double fine();

    /// How much there was of the canary.
    double canary();

    double baseline();
}
