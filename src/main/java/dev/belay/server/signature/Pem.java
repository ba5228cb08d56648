package dev.belay.server.signature;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The blocks of a PEM file (RFC 7468).
///
/// @param label `PUBLIC KEY`, `CERTIFICATE`
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record Pem(String label, byte[] content) {
    private static final int CHARACTERS_MAX = 256 * 1024;
    private static final int BLOCKS_MAX = 100;
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,40})-----\\s([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

    static final String PUBLIC_KEY = "PUBLIC KEY";
    static final String CERTIFICATE = "CERTIFICATE";

    /// All of them; there is at least one.
    static List<Pem> blocks(byte[] file) throws Unsigned {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        var blocks = new ArrayList<Pem>();
        if (text.length() <= CHARACTERS_MAX) {
            Matcher block = BLOCK.matcher(text);
            while (block.find() && blocks.size() < BLOCKS_MAX) {
                blocks.add(new Pem(block.group(1), decode(block.group(2))));
            }
        }
        if (blocks.isEmpty()) {
            throw new Unsigned("has no PEM block", "write it as `-----BEGIN PUBLIC KEY-----`");
        }
        return blocks;
    }

    private static byte[] decode(String base64) throws Unsigned {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException _) {
            throw new Unsigned("has a PEM block that is no base64");
        }
    }

    /// The one public key that a file holds.
    static TrustedKey key(byte[] file) throws Unsigned {
        List<Pem> blocks = blocks(file);
        if (blocks.size() != 1 || !blocks.getFirst().label.equals(PUBLIC_KEY)) {
            throw new Unsigned(
                    "holds something else than one public key",
                    "`cosign public-key --key …` or `openssl pkey -pubout` writes one; private keys"
                            + " do not belong there");
        }
        return TrustedKey.of(blocks.getFirst().content);
    }
}
