package dev.belay.gateway;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A map that never changes: with an entry more or less it is another one, which shares with this
/// one all but a few small arrays. So one line among thousands changes at the price of a line.
///
/// A hash array mapped trie: five bits of the hash choose among up to 32 branches, level by level.
final class PersistentMap<K, V> extends AbstractMap<K, V> {
    private static final int BITS = 5;
    private static final Branch TRUNK = new Branch(0, new Object[0]);
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(TRUNK, 0);

    /// Those below it that are there, in the order of their bits.
    private static final class Branch {
        private final int bits;
        private final Object[] below;

        Branch(int bits, Object[] below) {
            this.bits = bits;
            this.below = below;
        }

        int place(int bit) {
            return Integer.bitCount(bits & (bit - 1));
        }
    }

    /// What one hash has; nearly always a single entry.
    private record Leaf(int hash, Object key, Object value, @Nullable Leaf next) {}

    private final Branch trunk;
    private final int size;

    private PersistentMap(Branch trunk, int size) {
        this.trunk = trunk;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // It has nothing that could be of another type.
    static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    static <K, V> PersistentMap<K, V> copyOf(Map<? extends K, ? extends V> map) {
        PersistentMap<K, V> copy = empty();
        for (var one : map.entrySet()) {
            copy = copy.with(one.getKey(), one.getValue());
        }
        return copy;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean containsKey(Object key) {
        return get(key) != null;
    }

    @Override
    @SuppressWarnings("unchecked") // Only with puts values in.
    public @Nullable V get(Object key) {
        int hash = hash(key);
        Object at = trunk;
        for (int shift = 0; at instanceof Branch branch; shift += BITS) {
            int bit = bit(hash, shift);
            if ((branch.bits & bit) == 0) {
                return null;
            }
            at = branch.below[branch.place(bit)];
        }
        for (Leaf leaf = (Leaf) at; leaf != null; leaf = leaf.next) {
            if (leaf.hash == hash && leaf.key.equals(key)) {
                return (V) leaf.value;
            }
        }
        return null;
    }

    PersistentMap<K, V> with(K key, V value) {
        var leaf = new Leaf(hash(key), key, value, null);
        boolean more = get(key) == null;
        return new PersistentMap<>(with(trunk, 0, leaf), more ? size + 1 : size);
    }

    private static Branch with(Branch branch, int shift, Leaf leaf) {
        int bit = bit(leaf.hash, shift);
        int place = branch.place(bit);
        Object[] old = branch.below;
        if ((branch.bits & bit) == 0) {
            var below = new Object[old.length + 1];
            System.arraycopy(old, 0, below, 0, place);
            below[place] = leaf;
            System.arraycopy(old, place, below, place + 1, old.length - place);
            return new Branch(branch.bits | bit, below);
        }
        Object[] below = old.clone();
        below[place] =
                old[place] instanceof Branch deeper
                        ? with(deeper, shift + BITS, leaf)
                        : joined((Leaf) old[place], shift + BITS, leaf);
        return new Branch(branch.bits, below);
    }

    /// Two leaves where there was one; as one, where their hashes are the same.
    private static Object joined(Leaf old, int shift, Leaf leaf) {
        if (old.hash == leaf.hash) {
            return new Leaf(leaf.hash, leaf.key, leaf.value, without(old, leaf.key));
        }
        return with(new Branch(bit(old.hash, shift), new Object[] {old}), shift, leaf);
    }

    PersistentMap<K, V> without(K key) {
        if (get(key) == null) {
            return this;
        }
        Branch less = without(trunk, 0, hash(key), key);
        return new PersistentMap<>(less == null ? TRUNK : less, size - 1);
    }

    private static @Nullable Branch without(Branch branch, int shift, int hash, Object key) {
        int bit = bit(hash, shift);
        int place = branch.place(bit);
        Object[] old = branch.below;
        Object left =
                old[place] instanceof Branch deeper
                        ? without(deeper, shift + BITS, hash, key)
                        : without((Leaf) old[place], key);
        if (left != null) {
            Object[] below = old.clone();
            below[place] = left;
            return new Branch(branch.bits, below);
        }
        if (old.length == 1) {
            return null;
        }
        var below = new Object[old.length - 1];
        System.arraycopy(old, 0, below, 0, place);
        System.arraycopy(old, place + 1, below, place, below.length - place);
        return new Branch(branch.bits & ~bit, below);
    }

    private static @Nullable Leaf without(@Nullable Leaf leaf, Object key) {
        if (leaf == null || leaf.key.equals(key)) {
            return leaf == null ? null : leaf.next;
        }
        return new Leaf(leaf.hash, leaf.key, leaf.value, without(leaf.next, key));
    }

    private static int hash(Object key) {
        int hash = key.hashCode();
        return hash ^ (hash >>> 16);
    }

    private static int bit(int hash, int shift) {
        return 1 << ((hash >>> shift) & ((1 << BITS) - 1));
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public Iterator<Entry<K, V>> iterator() {
                return new Walk<>(trunk);
            }
        };
    }

    private static final class Walk<K, V> implements Iterator<Entry<K, V>> {
        private final Deque<Object> ahead = new ArrayDeque<>();

        Walk(Branch trunk) {
            ahead.push(trunk);
        }

        @Override
        public boolean hasNext() {
            while (ahead.peek() instanceof Branch branch) {
                ahead.pop();
                for (Object one : branch.below) {
                    ahead.push(one);
                }
            }
            return !ahead.isEmpty();
        }

        @Override
        @SuppressWarnings("unchecked") // Only with puts entries in.
        public Entry<K, V> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            var leaf = (Leaf) ahead.pop();
            if (leaf.next != null) {
                ahead.push(leaf.next);
            }
            return Map.entry((K) leaf.key, (V) leaf.value);
        }
    }
}
