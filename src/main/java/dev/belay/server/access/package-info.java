/// What every endpoint needs, in one table, and the visit that is held against it.
@NullMarked
package dev.belay.server.access;

import org.jspecify.annotations.NullMarked;
