package dev.belay.driver.image;

import dev.belay.release.Digest;

/// Bytes that a manifest points to.
record Descriptor(String type, Digest digest, long size) {}
