package dev.belay.driver.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What PostgreSQL keeps of a password (RFC 5803), made with one iteration of its hash.
///
/// The thousands that are usual slow those down who guess words that people think of. Here they
/// would only slow every connection down, by tens of milliseconds of a core: nobody guesses a
/// random key of 128 bits.
final class ScramVerifier {
    private static final int SALT_BYTES = 16;
    private static final String HMAC = "HmacSHA256";

    /// The only block of PBKDF2's output, numbered from 1.
    private static final byte[] BLOCK = {0, 0, 0, 1};

    private ScramVerifier() {}

    /// Makes one, for `ALTER ROLE … PASSWORD`.
    ///
    /// @param key at least 128 random bits, in ASCII
    static String of(String key) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        try {
            byte[] salted = hmac(key.getBytes(US_ASCII), salt, BLOCK);
            byte[] client = hmac(salted, "Client Key".getBytes(US_ASCII));
            byte[] stored = MessageDigest.getInstance("SHA-256").digest(client);
            byte[] server = hmac(salted, "Server Key".getBytes(US_ASCII));
            Base64.Encoder base64 = Base64.getEncoder();
            return "SCRAM-SHA-256$1:%s$%s:%s"
                    .formatted(
                            base64.encodeToString(salt),
                            base64.encodeToString(stored),
                            base64.encodeToString(server));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, byte[]... parts) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(key, HMAC));
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }
}
