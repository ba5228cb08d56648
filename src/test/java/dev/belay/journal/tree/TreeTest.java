package dev.belay.journal.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.Choices;
import dev.belay.journal.tree.Proofs.Head;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The tree beside the published vectors of Certificate Transparency, and beside the definitions of
/// RFC 6962 written down as they stand there.
class TreeTest {
    /// Leaves of the reference implementation's tests.
    private static final List<String> LEAVES =
            List.of(
                    "",
                    "00",
                    "10",
                    "2021",
                    "3031",
                    "40414243",
                    "5051525354555657",
                    "606162636465666768696a6b6c6d6e6f");

    /// Roots over the first leaf, the first two, and so on.
    private static final List<String> ROOTS =
            List.of(
                    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    private final TreeHash hash = new TreeHash();

    /// A tree that remembers its nodes.
    private final class Grown implements Nodes<RuntimeException> {
        final Map<String, byte[]> nodes = new HashMap<>();
        final Frontier frontier = new Frontier(hash);

        void add(byte[] content) {
            byte[] leaf = hash.leaf(content);
            nodes.put("0/" + frontier.size(), leaf);
            frontier.append(leaf, (level, index, node) -> nodes.put(level + "/" + index, node));
        }

        @Override
        public byte[] node(int level, long index) {
            return java.util.Objects.requireNonNull(nodes.get(level + "/" + index));
        }

        List<String> inclusion(long index, long size) {
            return Proofs.inclusion(index, size, this, hash).stream().map(TreeHash::hex).toList();
        }

        List<String> consistency(long from, long to) {
            return Proofs.consistency(from, to, this, hash).stream().map(TreeHash::hex).toList();
        }
    }

    private Grown reference() {
        var tree = new Grown();
        LEAVES.forEach(leaf -> tree.add(HexFormat.of().parseHex(leaf)));
        return tree;
    }

    @Test
    void roots_are_those_of_the_reference_implementation() {
        var frontier = new Frontier(hash);
        assertThat(TreeHash.hex(frontier.root()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (int i = 0; i < LEAVES.size(); i++) {
            frontier.append(hash.leaf(HexFormat.of().parseHex(LEAVES.get(i))), (_, _, _) -> {});
            assertThat(TreeHash.hex(frontier.root())).isEqualTo(ROOTS.get(i));
        }
    }

    @Test
    void proofs_of_inclusion_are_those_of_the_reference_implementation() {
        Grown tree = reference();
        assertThat(tree.inclusion(0, 1)).isEmpty();
        assertThat(tree.inclusion(0, 8))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(tree.inclusion(5, 8))
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(tree.inclusion(2, 3)).containsExactly(ROOTS.get(1));
        assertThat(tree.inclusion(1, 5))
                .containsExactly(
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    @Test
    void proofs_of_consistency_are_those_of_the_reference_implementation() {
        Grown tree = reference();
        assertThat(tree.consistency(1, 1)).isEmpty();
        assertThat(tree.consistency(1, 8))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(tree.consistency(6, 8))
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(tree.consistency(2, 5))
                .containsExactly(
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    /// MTH of the RFC, as it stands there.
    private byte[] root(List<byte[]> contents) {
        if (contents.isEmpty()) {
            return hash.empty();
        }
        if (contents.size() == 1) {
            return hash.leaf(contents.getFirst());
        }
        int half = Integer.highestOneBit(contents.size() - 1);
        byte[] left = root(contents.subList(0, half));
        return hash.node(left, root(contents.subList(half, contents.size())));
    }

    private Head head(List<byte[]> contents, int size) {
        return new Head(size, TreeHash.hex(root(contents.subList(0, size))));
    }

    @Test
    void every_tree_proves_its_leaves_and_its_past_and_nothing_else() {
        Choices.forAll(
                300,
                choices -> {
                    var contents = new ArrayList<byte[]>();
                    var tree = new Grown();
                    int size = choices.between(1, 90);
                    for (int i = 0; i < size; i++) {
                        byte[] content = new byte[choices.between(0, 9)];
                        for (int at = 0; at < content.length; at++) {
                            content[at] = (byte) choices.between(0, 255);
                        }
                        contents.add(content);
                        tree.add(content);
                    }
                    Head whole = head(contents, size);
                    assertThat(TreeHash.hex(tree.frontier.root())).isEqualTo(whole.root());
                    assertThat(Frontier.of(size, tree, hash).root())
                            .isEqualTo(tree.frontier.root());

                    int index = choices.between(0, size - 1);
                    byte[] leaf = hash.leaf(contents.get(index));
                    List<byte[]> proof = Proofs.inclusion(index, size, tree, hash);
                    assertThat(Proofs.included(index, leaf, whole, proof, hash)).isTrue();
                    assertThat(Proofs.included(index, hash.leaf(new byte[10]), whole, proof, hash))
                            .isFalse();
                    assertThat(Proofs.included(size, leaf, whole, proof, hash)).isFalse();
                    assertThat(Proofs.included(-1, leaf, whole, proof, hash)).isFalse();

                    int from = choices.between(1, size);
                    Head earlier = head(contents, from);
                    List<byte[]> growth = Proofs.consistency(from, size, tree, hash);
                    assertThat(Proofs.consistent(earlier, whole, growth, hash)).isTrue();
                    Head forged = new Head(from, TreeHash.hex(hash.leaf(new byte[11])));
                    assertThat(Proofs.consistent(forged, whole, growth, hash)).isFalse();
                    assertThat(
                                    Proofs.consistent(
                                            earlier, new Head(size, forged.root()), growth, hash))
                            .isFalse();
                    spoilt(choices, proof)
                            .forEach(bad ->
                                    assertThat(Proofs.included(index, leaf, whole, bad, hash))
                                            .isFalse());
                    spoilt(choices, growth)
                            .forEach(bad ->
                                    assertThat(Proofs.consistent(earlier, whole, bad, hash))
                                            .isFalse());
                });
    }

    /// A bit flipped, one too few, one too many, one of the wrong length.
    private static List<List<byte[]>> spoilt(Choices choices, List<byte[]> proof) {
        var more = new ArrayList<>(proof);
        more.add(new byte[TreeHash.BYTES]);
        if (proof.isEmpty()) {
            return List.of(more);
        }
        int at = choices.between(0, proof.size() - 1);
        var flipped = new ArrayList<>(proof);
        byte[] one = proof.get(at).clone();
        one[choices.between(0, TreeHash.BYTES - 1)] ^= (byte) (1 << choices.between(0, 7));
        flipped.set(at, one);
        var shorter = new ArrayList<>(proof);
        shorter.set(at, new byte[TreeHash.BYTES - 1]);
        return List.of(more, flipped, shorter, proof.subList(0, proof.size() - 1));
    }

    @Test
    void a_tree_began_empty_and_is_consistent_with_itself() {
        Grown tree = reference();
        Head empty = new Head(0, TreeHash.hex(hash.empty()));
        Head whole = new Head(8, ROOTS.getLast());
        assertThat(Proofs.consistent(empty, whole, List.of(), hash)).isTrue();
        assertThat(Proofs.consistent(whole, whole, List.of(), hash)).isTrue();
        assertThat(Proofs.consistent(whole, new Head(8, ROOTS.getFirst()), List.of(), hash))
                .isFalse();
        assertThat(Proofs.consistent(whole, new Head(7, ROOTS.get(6)), List.of(), hash)).isFalse();
        assertThat(tree.consistency(0, 8)).isEmpty();
    }

    @Test
    void what_is_not_in_the_tree_has_no_proof() {
        Grown tree = reference();
        assertThatThrownBy(() -> tree.inclusion(8, 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tree.consistency(9, 8))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
