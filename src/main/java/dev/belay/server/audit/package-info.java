/// What makes the audit log worth something to somebody who trusts nobody here: the key, signed
/// checkpoints, witnesses, bundles of evidence, and verifying all of it without a control plane.
@NullMarked
package dev.belay.server.audit;

import org.jspecify.annotations.NullMarked;
