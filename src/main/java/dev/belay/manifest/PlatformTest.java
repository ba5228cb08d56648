package dev.belay.manifest;

import dev.belay.release.SmokeTest;

/// A smoke test of the whole platform, run through one component's public port when all of its
/// components stand.
public record PlatformTest(String component, SmokeTest test, Source source) {}
