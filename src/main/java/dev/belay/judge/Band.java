package dev.belay.judge;

/// What is not yet ruled out, for people to look at: whoever looks as often as he likes sees a band
/// that leaves the truth out with a probability of the error at most.
public record Band(double low, double high) {}
