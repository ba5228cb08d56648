package dev.belay.problem;

/// Something that the author of a manifest, flag or request can mend. Reported in lists, never the
/// first only.
///
/// @param code stable, `area/what-is-wrong`, such as `manifest/unknown-key`; each has a page in the
///   manual
/// @param message one sentence: what is wrong; identifiers in backticks
/// @param hint how to mend it, or empty
public record Problem(String code, Place place, String message, String hint) {}
