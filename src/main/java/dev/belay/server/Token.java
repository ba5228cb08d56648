package dev.belay.server;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The secret that only the owner of the state folder can read. Whoever shows it may do everything;
/// whoever shows the reader's key, which is made from it, may look.
///
/// The two differ because a browser sends a cookie of this host to every port of it, and so to the
/// very components that are shipped here: what a cookie holds must not be able to change anything.
public final class Token {
    private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{64}");
    private static final int BYTES = 32;

    private final String text;
    private final String reader;

    private Token(String text) {
        this.text = text;
        this.reader = derive(text);
    }

    public static Token random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Token(HexFormat.of().formatHex(bytes));
    }

    /// Reads what [#secret] wrote.
    ///
    /// @throws IllegalArgumentException when it did not; the message does not hold the text
    public static Token parse(String text) {
        if (!SHAPE.matcher(text.strip()).matches()) {
            throw new IllegalArgumentException("not a token: 64 hexadecimal digits are wanted");
        }
        return new Token(text.strip());
    }

    /// The token itself, in the clear.
    public String secret() {
        return text;
    }

    /// What the status page's cookie holds.
    public String readerKey() {
        return reader;
    }

    public boolean opens(String shown) {
        return same(text, shown);
    }

    public boolean reads(String shown) {
        return same(reader, shown);
    }

    /// Takes as long for a nearly right text as for a wrong one. Compares hashes, so that the
    /// length tells nothing either.
    private static boolean same(String secret, String shown) {
        return MessageDigest.isEqual(hash(secret), hash(shown));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String derive(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(text.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            byte[] made = mac.doFinal("belay status page".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(made);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
