package dev.belay.server.signature;

import java.util.Base64;

/// Base64 as RFC 4648 writes it: with padding, without white space, and one text for one content.
final class Base64Text {
    private Base64Text() {}

    static byte[] decode(String text, String called) throws Unsigned {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new Unsigned("has no plain base64 with padding at `%s`".formatted(called));
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
