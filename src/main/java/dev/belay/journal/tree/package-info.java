/// The Merkle tree over the audit log as RFC 6962 defines it, and signed notes that say how far it
/// had grown: pure arithmetic over bytes, without files, databases or clocks.
@NullMarked
package dev.belay.journal.tree;

import org.jspecify.annotations.NullMarked;
