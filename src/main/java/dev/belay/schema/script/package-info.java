/// SQL as text: where one statement ends and the next begins, and what must be known of one before
/// it is sent. Understands no grammar beyond that; PostgreSQL itself is the parser.
@NullMarked
package dev.belay.schema.script;

import org.jspecify.annotations.NullMarked;
