/// Commands and `main`: a client of the control plane. The only place that knows exit codes.
@NullMarked
package dev.belay.cli;

import org.jspecify.annotations.NullMarked;
