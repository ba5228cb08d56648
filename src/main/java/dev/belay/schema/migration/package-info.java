/// Migrations as values: ordered files with a way there and, mostly, a way back. Read from texts by
/// their names; several tools' ways to name them are understood.
@NullMarked
package dev.belay.schema.migration;

import org.jspecify.annotations.NullMarked;
