/// Secrets of a Kubernetes cluster, read over its API.
@NullMarked
package dev.belay.driver.kubernetes;

import org.jspecify.annotations.NullMarked;
