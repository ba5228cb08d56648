/// Platforms written down for others to carry out: what an environment is on a Kubernetes cluster,
/// without Belay. Asks nobody, and knows no value of a secret.
@NullMarked
package dev.belay.server.rendering;

import org.jspecify.annotations.NullMarked;
