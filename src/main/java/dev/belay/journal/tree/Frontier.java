package dev.belay.journal.tree;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The right edge of a tree that grows leaf by leaf: the complete subtrees of which its root is
/// made, one for each bit of its size. Whoever has only this can go on, and knows the root.
public final class Frontier {
    private static final int LEVELS = 63;

    private final TreeHash hash;
    private final byte[] @Nullable [] whole = new byte[LEVELS][];
    private long size;

    /// An empty tree.
    public Frontier(TreeHash hash) {
        this.hash = hash;
    }

    /// What is told of each node that becomes complete, from level 1 on.
    ///
    /// @param <X> how that fails
    public interface Sink<X extends Exception> {
        void complete(int level, long index, byte[] node) throws X;
    }

    /// The edge of a tree whose nodes are kept.
    public static <X extends Exception> Frontier of(long size, Nodes<X> nodes, TreeHash hash)
            throws X {
        var frontier = new Frontier(hash);
        for (int level = 0; level < LEVELS; level++) {
            if ((size >> level & 1) == 1) {
                frontier.whole[level] = nodes.node(level, (size >> level) - 1);
            }
        }
        frontier.size = size;
        return frontier;
    }

    public long size() {
        return size;
    }

    /// Adds a leaf by its hash.
    public <X extends Exception> void append(byte[] leaf, Sink<X> sink) throws X {
        byte[] node = leaf;
        long index = size;
        int level = 0;
        while ((index & 1) == 1) {
            byte[] left = whole[level];
            if (left == null) {
                throw new IllegalStateException("a frontier has a node for each bit of its size");
            }
            node = hash.node(left, node);
            whole[level] = null;
            level++;
            index >>= 1;
            sink.complete(level, index, node);
        }
        whole[level] = node;
        size++;
    }

    /// The root of the tree as it is now.
    public byte[] root() {
        byte[] root = null;
        for (byte[] node : whole) {
            if (node != null) {
                root = root == null ? node : hash.node(node, root);
            }
        }
        return root == null ? hash.empty() : Arrays.copyOf(root, root.length);
    }
}
