/// A Kubernetes cluster of the tests' own: an API server over HTTP with the controllers that a
/// release needs. What it refuses, forgets, delays and answers late is what a test says.
@NullMarked
package dev.belay.driver.kubernetes.fake;

import org.jspecify.annotations.NullMarked;
