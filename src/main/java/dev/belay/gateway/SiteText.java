package dev.belay.gateway;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What a frontend serves at a path without having a file for it: a few kilobytes, of its
/// environment and not of its artifact. Held in memory, so that no disk is asked.
public record SiteText(String content) {
    /// Of all texts of one revision, in characters.
    public static final int MOST = 256 * 1024;

    private static final int TAG_BYTES = 16;

    byte[] bytes() {
        return content.getBytes(StandardCharsets.UTF_8);
    }

    /// Says what it is and nothing of the revision: the same text is still the one that a client
    /// has.
    String tag() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes());
            return "\"t-" + HexFormat.of().formatHex(hash, 0, TAG_BYTES) + "\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
