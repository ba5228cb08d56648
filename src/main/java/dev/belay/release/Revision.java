package dev.belay.release;

/// An artifact and a configuration, as run: what instances are instances of.
///
/// @param id the component and twelve digits of everything below, `api-3f9c1a2b7d10`; the same
///   artifact with another configuration or launch is another revision
/// @param configuration the version of the plain values; the values are kept by their version and
///   never appear in plans
public record Revision(
        String id, String component, Digest artifact, String configuration, Launch launch) {}
