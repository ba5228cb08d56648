package dev.belay.journal.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Proofs that an entry is in a tree, and that one tree began as another: how they are made of the
/// kept nodes (RFC 6962, 2.1), and how they are verified without them (RFC 9162, 2.1.3 and 2.1.4).
public final class Proofs {
    private Proofs() {}

    /// That the leaf is in the tree of this size.
    ///
    /// @param index of the leaf, from 0
    /// @throws IllegalArgumentException when the tree has no such leaf
    public static <X extends Exception> List<byte[]> inclusion(
            long index, long size, Nodes<X> nodes, TreeHash hash) throws X {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("no leaf " + index + " among " + size);
        }
        var maker = new Maker<>(nodes, hash);
        maker.path(index, 0, size);
        return maker.proof;
    }

    /// That the tree of the one size is the beginning of the tree of the other.
    ///
    /// @throws IllegalArgumentException when `from` is negative or greater than `to`
    public static <X extends Exception> List<byte[]> consistency(
            long from, long to, Nodes<X> nodes, TreeHash hash) throws X {
        if (from < 0 || from > to) {
            throw new IllegalArgumentException("not a beginning: " + from + " of " + to);
        }
        var maker = new Maker<>(nodes, hash);
        if (from > 0) {
            maker.beginning(from, 0, to, true);
        }
        return maker.proof;
    }

    private static final class Maker<X extends Exception> {
        private final Nodes<X> nodes;
        private final TreeHash hash;
        private final List<byte[]> proof = new ArrayList<>();

        Maker(Nodes<X> nodes, TreeHash hash) {
            this.nodes = nodes;
            this.hash = hash;
        }

        /// PATH of the RFC; `index` counts from `from`.
        void path(long index, long from, long to) throws X {
            if (to - from == 1) {
                return;
            }
            long middle = from + half(to - from);
            if (index < middle - from) {
                path(index, from, middle);
                proof.add(over(middle, to));
            } else {
                path(index - (middle - from), middle, to);
                proof.add(over(from, middle));
            }
        }

        /// SUBPROOF of the RFC.
        void beginning(long length, long from, long to, boolean known) throws X {
            if (length == to - from) {
                if (!known) {
                    proof.add(over(from, to));
                }
                return;
            }
            long middle = from + half(to - from);
            if (length <= middle - from) {
                beginning(length, from, middle, known);
                proof.add(over(middle, to));
            } else {
                beginning(length - (middle - from), middle, to, false);
                proof.add(over(from, middle));
            }
        }

        /// The hash over leaves `from` to `to`; `from` is a multiple of the length's next power.
        private byte[] over(long from, long to) throws X {
            long length = to - from;
            if (Long.bitCount(length) == 1) {
                int level = Long.numberOfTrailingZeros(length);
                return nodes.node(level, from >> level);
            }
            long middle = from + half(length);
            return hash.node(over(from, middle), over(middle, to));
        }
    }

    /// The greatest power of two below.
    private static long half(long length) {
        return Long.highestOneBit(length - 1);
    }

    /// Whether the proof leads from the leaf to the root.
    ///
    /// @param index of the leaf, from 0
    /// @param leaf its hash
    public static boolean included(
            long index, byte[] leaf, Head tree, List<byte[]> proof, TreeHash hash) {
        if (index < 0 || index >= tree.size()) {
            return false;
        }
        long node = index;
        long last = tree.size() - 1;
        byte[] sum = leaf;
        for (byte[] sibling : proof) {
            if (last == 0 || sibling.length != TreeHash.BYTES) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                sum = hash.node(sibling, sum);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                sum = hash.node(sum, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && Arrays.equals(sum, tree.rootBytes());
    }

    /// How large a tree was, and its root.
    ///
    /// @param root hexadecimal
    public record Head(long size, String root) {
        byte[] rootBytes() {
            return TreeHash.bytes(root);
        }
    }

    /// Whether the proof shows that the later tree began as the earlier one.
    public static boolean consistent(Head earlier, Head later, List<byte[]> proof, TreeHash hash) {
        if (earlier.size() < 0 || earlier.size() > later.size()) {
            return false;
        }
        if (earlier.size() == 0 || earlier.size() == later.size()) {
            byte[] wanted = earlier.size() == 0 ? hash.empty() : later.rootBytes();
            return proof.isEmpty() && Arrays.equals(earlier.rootBytes(), wanted);
        }
        var rest = new ArrayList<>(proof);
        if (Long.bitCount(earlier.size()) == 1) {
            rest.addFirst(earlier.rootBytes());
        }
        if (rest.isEmpty() || rest.stream().anyMatch(one -> one.length != TreeHash.BYTES)) {
            return false;
        }
        long node = earlier.size() - 1;
        long last = later.size() - 1;
        while ((node & 1) == 1) {
            node >>= 1;
            last >>= 1;
        }
        byte[] before = rest.getFirst();
        byte[] after = rest.getFirst();
        for (byte[] sibling : rest.subList(1, rest.size())) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                before = hash.node(sibling, before);
                after = hash.node(sibling, after);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                after = hash.node(after, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0
                && Arrays.equals(before, earlier.rootBytes())
                && Arrays.equals(after, later.rootBytes());
    }
}
