/// Contracts of components: kept with what runs, and compared with what is to run.
@NullMarked
package dev.belay.server.contracts;

import org.jspecify.annotations.NullMarked;
