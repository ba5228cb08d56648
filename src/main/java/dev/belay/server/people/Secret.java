package dev.belay.server.people;

import dev.belay.release.Digest;
import dev.belay.server.Token;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// An API token in the clear, as its owner has it: `belay_ID_SECRET` and a checksum. Scanners find
/// it by its beginning and know by the checksum that it is none that somebody made up; the id names
/// it in lists without giving it away. What is kept of it are hashes.
public final class Secret {
    private static final Pattern SHAPE =
            Pattern.compile("belay_([0-9a-f]{12})_([0-9a-f]{64})([0-9a-f]{8})");
    private static final Pattern COOKIE = Pattern.compile("([0-9a-f]{12})\\.([0-9a-f]{64})");
    private static final int ID_BYTES = 6;

    private final String id;
    private final Token secret;

    private Secret(String id, Token secret) {
        this.id = id;
        this.secret = secret;
    }

    static Secret random() {
        byte[] bytes = new byte[ID_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Secret(HexFormat.of().formatHex(bytes), Token.random());
    }

    /// Whether somebody means it to be such a token.
    static boolean looksLikeOne(String shown) {
        return shown.startsWith("belay_");
    }

    /// Empty when it is none, or was not copied as a whole.
    static Optional<Secret> parse(String shown) {
        Matcher parts = SHAPE.matcher(shown);
        if (!parts.matches() || !checksum(parts.group(1), parts.group(2)).equals(parts.group(3))) {
            return Optional.empty();
        }
        return Optional.of(new Secret(parts.group(1), Token.parse(parts.group(2))));
    }

    /// What a browser's cookie holds of a token: it opens what can be read.
    record Cookie(String id, String key) {
        static Optional<Cookie> parse(String shown) {
            Matcher parts = COOKIE.matcher(shown);
            return parts.matches()
                    ? Optional.of(new Cookie(parts.group(1), parts.group(2)))
                    : Optional.empty();
        }

        boolean fits(String readerHash) {
            return same(Digest.of(key).hex(), readerHash);
        }
    }

    String id() {
        return id;
    }

    /// The token itself, in the clear.
    public String text() {
        return "belay_" + id + "_" + secret.secret() + checksum(id, secret.secret());
    }

    String cookie() {
        return id + "." + secret.readerKey();
    }

    String hash() {
        return Digest.of(secret.secret()).hex();
    }

    String readerHash() {
        return Digest.of(secret.readerKey()).hex();
    }

    boolean fits(String hash) {
        return same(hash(), hash);
    }

    /// Takes as long for a nearly right one as for a wrong one.
    private static boolean same(String made, String kept) {
        return MessageDigest.isEqual(
                made.getBytes(StandardCharsets.US_ASCII), kept.getBytes(StandardCharsets.US_ASCII));
    }

    private static String checksum(String id, String secret) {
        var crc = new CRC32();
        crc.update((id + secret).getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    @Override
    public String toString() {
        return "belay_" + id + "_***";
    }
}
