/// The append-only durable log of every release: intents, outcomes, decisions, and the audit log
/// beside them. Whoever holds the lease writes; the database refuses everyone else.
@NullMarked
package dev.belay.journal;

import org.jspecify.annotations.NullMarked;
