package dev.belay.driver.acme;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Binary things as text between two lines that say what they are (RFC 7468).
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String PRIVATE_KEY = "PRIVATE KEY";
    static final String PUBLIC_KEY = "PUBLIC KEY";

    private static final int LINE = 64;
    private static final Base64.Encoder BASE64 =
            Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

    static String write(String label, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, BASE64.encodeToString(content), label);
    }

    /// The first part of that name, or empty when there is none that can be read.
    static Optional<byte[]> read(String label, String text) {
        Matcher part =
                Pattern.compile(
                                "-----BEGIN %s-----([A-Za-z0-9+/=\\s]*)-----END %s-----"
                                        .formatted(label, label))
                        .matcher(text);
        if (!part.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getMimeDecoder().decode(part.group(1)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
