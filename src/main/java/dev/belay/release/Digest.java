package dev.belay.release;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// A SHA-256 digest, written as OCI writes it: `sha256:` and 64 hexadecimal digits.
public record Digest(String text) implements Comparable<Digest> {
    private static final Pattern SHAPE = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int SHORT_DIGITS = 12;

    public Digest {
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException("not a digest: " + text);
        }
    }

    public static Digest of(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return new Digest("sha256:" + HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public static Digest of(String content) {
        return of(content.getBytes(StandardCharsets.UTF_8));
    }

    /// The 64 digits alone, for file names.
    public String hex() {
        return text.substring("sha256:".length());
    }

    /// The first twelve digits, for people.
    public String brief() {
        return hex().substring(0, SHORT_DIGITS);
    }

    @Override
    public int compareTo(Digest other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
