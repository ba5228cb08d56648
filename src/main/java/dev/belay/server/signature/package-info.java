/// Signatures of artifacts: what a Sigstore bundle or a bare signature says, and whether a pinned
/// key, certificate authority and transparency log stand behind it. No network and no clock; no
/// files but the archive that was signed, and the keys that a manifest names.
@NullMarked
package dev.belay.server.signature;

import org.jspecify.annotations.NullMarked;
