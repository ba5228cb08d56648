/// What an instance is told at its start. Plain values are kept by version, so that code gets back
/// the values it was released with; secrets are asked of their provider at every start, so that a
/// rotated one does not go back. No secret is written anywhere.
@NullMarked
package dev.belay.driver.configuration;

import org.jspecify.annotations.NullMarked;
