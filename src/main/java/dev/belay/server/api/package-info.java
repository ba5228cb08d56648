/// The HTTP API: who may ask, what a request must look like, and how an answer is written. Decides
/// nothing: `operations` does.
@NullMarked
package dev.belay.server.api;

import org.jspecify.annotations.NullMarked;
