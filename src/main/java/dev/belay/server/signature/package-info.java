/// Signatures of artifacts: what a Sigstore bundle or a bare signature says, and whether a pinned
/// key, certificate authority and transparency log stand behind it. Pure: no network, file or
/// clock, but for reading the archive that was signed.
@NullMarked
package dev.belay.server.signature;

import org.jspecify.annotations.NullMarked;
