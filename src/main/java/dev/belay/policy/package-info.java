/// Policies: what a rule can look at, whether it is written well, and what it says of a release.
/// Pure. Nothing of it is needed by a platform without policies, and then none of it is loaded.
@NullMarked
package dev.belay.policy;

import org.jspecify.annotations.NullMarked;
