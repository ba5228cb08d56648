package dev.belay.journal.tree;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Hashes leaves and nodes as RFC 6962 defines it. Leaves and nodes begin with different bytes, so
/// that none can be shown for the other. Used by one thread at a time.
public final class TreeHash {
    /// Bytes of a hash.
    public static final int BYTES = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest sha256;

    public TreeHash() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The hash of a leaf that says this.
    public byte[] leaf(byte[] content) {
        sha256.update(LEAF);
        return sha256.digest(content);
    }

    /// The hash of a node over these two.
    public byte[] node(byte[] left, byte[] right) {
        sha256.update(NODE);
        sha256.update(left);
        return sha256.digest(right);
    }

    /// The root of a tree without leaves.
    public byte[] empty() {
        return sha256.digest();
    }

    /// As it is written everywhere but in notes.
    public static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    /// A hash as it is written.
    ///
    /// @throws IllegalArgumentException when it is none
    public static byte[] bytes(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException("not a hash");
        }
        return HexFormat.of().parseHex(hex);
    }
}
