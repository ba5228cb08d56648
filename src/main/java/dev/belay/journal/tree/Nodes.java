package dev.belay.journal.tree;

/// Where the hashes of complete subtrees are kept.
///
/// @param <X> how looking one up fails
public interface Nodes<X extends Exception> {
    /// The node over the leaves from `index << level`, `1 << level` of them; a leaf's own hash at
    /// level 0. Only asked for what is complete.
    byte[] node(int level, long index) throws X;
}
