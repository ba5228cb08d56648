package dev.belay.driver.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// The client's side of SCRAM-SHA-256 (RFC 5802, 7677) without channel binding. Proves the password
/// without sending it, and demands that the server prove that it knows it too.
final class ScramClient {
    /// A hostile server could otherwise keep a processor busy for as long as it likes.
    private static final int ITERATIONS_MAX = 600_000;

    private static final String HEADER = "n,,";
    private final String password;
    private final String nonce;
    private byte[] serverSignature = new byte[0];

    ScramClient(String password) {
        this(password, fresh());
    }

    ScramClient(String password, String nonce) {
        // The part of SASLprep that real passwords meet.
        this.password = Normalizer.normalize(password, Normalizer.Form.NFKC);
        this.nonce = nonce;
    }

    /// PostgreSQL takes the user's name from its startup message, so that it may stay empty.
    String first(String user) {
        return HEADER + bare(user);
    }

    String answer(String user, String serverFirst) throws Refused {
        Map<Character, String> said = attributes(serverFirst);
        String serverNonce = said.getOrDefault('r', "");
        if (!serverNonce.startsWith(nonce) || serverNonce.length() == nonce.length()) {
            throw new Refused("the server did not continue our nonce");
        }
        String iterations = said.getOrDefault('i', "");
        if (!iterations.matches("[0-9]{1,6}")
                || Integer.parseInt(iterations) < 1
                || Integer.parseInt(iterations) > ITERATIONS_MAX) {
            throw new Refused("the server asks for an unusual number of iterations");
        }
        byte[] salted = salted(decoded(said.get('s')), Integer.parseInt(iterations));
        String withoutProof =
                "c="
                        + Base64.getEncoder().encodeToString(HEADER.getBytes(UTF_8))
                        + ",r="
                        + serverNonce;
        byte[] signed = (bare(user) + "," + serverFirst + "," + withoutProof).getBytes(UTF_8);
        byte[] clientKey = Digests.hmacSha256(salted, "Client Key".getBytes(UTF_8));
        byte[] signature = Digests.hmacSha256(Digests.hash("SHA-256", clientKey), signed);
        byte[] serverKey = Digests.hmacSha256(salted, "Server Key".getBytes(UTF_8));
        serverSignature = Digests.hmacSha256(serverKey, signed);
        return withoutProof
                + ",p="
                + Base64.getEncoder().encodeToString(Digests.xor(clientKey, signature));
    }

    void checkEnd(String serverFinal) throws Refused {
        byte[] proof = decoded(attributes(serverFinal).get('v'));
        if (serverSignature.length == 0 || !MessageDigest.isEqual(proof, serverSignature)) {
            throw new Refused("the server does not know the password itself");
        }
    }

    /// The server broke the exchange's rules.
    static final class Refused extends Exception {
        Refused(String reason) {
            super(reason);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    private String bare(String user) {
        return "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    private byte[] salted(byte[] salt, int iterations) throws Refused {
        if (salt.length == 0) {
            throw new Refused("the server sent no salt");
        }
        try {
            var spec = new PBEKeySpec(password.toCharArray(), salt, iterations, 256);
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static Map<Character, String> attributes(String message) {
        var attributes = new HashMap<Character, String>();
        for (String part : message.split(",", -1)) {
            if (part.length() > 2 && part.charAt(1) == '=') {
                attributes.put(part.charAt(0), part.substring(2));
            }
        }
        return attributes;
    }

    private static byte[] decoded(@org.jspecify.annotations.Nullable String base64) throws Refused {
        try {
            return Base64.getDecoder().decode(base64 == null ? "" : base64);
        } catch (IllegalArgumentException malformed) {
            throw new Refused("the server sent text that is not Base64");
        }
    }

    private static String fresh() {
        byte[] random = new byte[18];
        new SecureRandom().nextBytes(random);
        return Base64.getEncoder().withoutPadding().encodeToString(random);
    }
}
