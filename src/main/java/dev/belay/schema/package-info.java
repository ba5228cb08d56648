/// What a database is made of, as values; how two such values differ; and what a difference does to
/// the release that runs now and to the one that comes. Pure: reading a database is `driver`'s.
@NullMarked
package dev.belay.schema;

import org.jspecify.annotations.NullMarked;
