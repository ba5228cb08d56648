package dev.belay.manifest;

/// A smoke test of the whole platform, run through one component's public port when all of its
/// components stand.
public record PlatformTest(String component, OwnedTest owned, Source source) {}
