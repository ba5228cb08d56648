package dev.belay.manifest;

import dev.belay.release.SmokeTest;

/// A smoke test, and whom to call when it fails.
public record OwnedTest(SmokeTest test, Responsible responsible) {}
