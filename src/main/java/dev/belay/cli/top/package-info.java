/// What `belay gateway top` shows: two readings of the gateway's counts, and what happened between
/// them. A client of the server's API, as every command is.
@NullMarked
package dev.belay.cli.top;

import org.jspecify.annotations.NullMarked;
