package dev.belay.server.signature;

import dev.belay.release.Digest;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// A public key, and what signatures by it may look like. That follows from the key alone: what a
/// bundle says of algorithms is not asked.
final class TrustedKey {
    private static final int RSA_BITS_MIN = 2048;
    private static final int RSA_BITS_MAX = 8192;
    private static final int PSS_SALT = 32;

    /// What is signed by Ed25519 as it is has to be held in memory.
    private static final long WHOLE_MAX = 64L * 1024 * 1024;

    private static final String EC_KEY = "2a8648ce3d0201";
    private static final String RSA_KEY = "2a864886f70d010101";
    private static final String ED25519_KEY = "2b6570";
    private static final Map<String, List<String>> CURVES =
            Map.of(
                    "2a8648ce3d030107", List.of("SHA256withECDSA"),
                    "2b81040022", List.of("SHA384withECDSA", "SHA256withECDSA"));

    private final PublicKey key;
    private final byte[] encoded;
    private final List<Way> ways;

    private TrustedKey(PublicKey key, byte[] encoded, List<Way> ways) {
        this.key = key;
        this.encoded = encoded;
        this.ways = ways;
    }

    /// A way to sign with a key.
    private interface Way {
        Signature signature() throws GeneralSecurityException;

        default boolean wantsAll() {
            return false;
        }
    }

    private record Named(String algorithm) implements Way {
        @Override
        public Signature signature() throws NoSuchAlgorithmException {
            return Signature.getInstance(algorithm);
        }
    }

    private record Pss() implements Way {
        @Override
        public Signature signature()
                throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
            Signature signature = Signature.getInstance("RSASSA-PSS");
            signature.setParameter(
                    new PSSParameterSpec(
                            "SHA-256",
                            "MGF1",
                            MGF1ParameterSpec.SHA256,
                            PSS_SALT,
                            PSSParameterSpec.TRAILER_FIELD_BC));
            return signature;
        }
    }

    private record Edwards(boolean hashed) implements Way {
        @Override
        public Signature signature()
                throws NoSuchAlgorithmException, InvalidAlgorithmParameterException {
            Signature signature = Signature.getInstance("Ed25519");
            if (hashed) {
                signature.setParameter(new EdDSAParameterSpec(true));
            }
            return signature;
        }

        @Override
        public boolean wantsAll() {
            return !hashed;
        }
    }

    /// The key of these bytes.
    ///
    /// @param encoded SubjectPublicKeyInfo
    /// @throws Unsigned when it is none, or too weak, or of a sort that is not used here
    static TrustedKey of(byte[] encoded) throws Unsigned {
        Der info = Der.of(encoded).as(Der.SEQUENCE);
        Der algorithm = info.child(0, Der.SEQUENCE);
        Der sort = algorithm.child(0, Der.OID);
        if (sort.isOid(EC_KEY)) {
            String curve = HexFormat.of().formatHex(algorithm.child(1, Der.OID).content());
            List<Way> ways =
                    CURVES.getOrDefault(curve, List.of()).stream()
                            .map(name -> (Way) new Named(name))
                            .toList();
            if (!ways.isEmpty()) {
                return new TrustedKey(key("EC", encoded), encoded, ways);
            }
        } else if (sort.isOid(ED25519_KEY)) {
            return new TrustedKey(
                    key("Ed25519", encoded),
                    encoded,
                    List.of(new Edwards(true), new Edwards(false)));
        } else if (sort.isOid(RSA_KEY)) {
            PublicKey key = key("RSA", encoded);
            int bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
            if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
                throw new Unsigned(
                        "has an RSA key of %d bits, and it must be of %d to %d"
                                .formatted(bits, RSA_BITS_MIN, RSA_BITS_MAX));
            }
            return new TrustedKey(key, encoded, List.of(new Named("SHA256withRSA"), new Pss()));
        }
        throw new Unsigned(
                "has a key of a sort that is not used here",
                "ECDSA on P-256 or P-384, Ed25519, and RSA of at least 2048 bits are");
    }

    private static PublicKey key(String algorithm, byte[] encoded) throws Unsigned {
        try {
            PublicKey key =
                    KeyFactory.getInstance(algorithm)
                            .generatePublic(new X509EncodedKeySpec(encoded));
            if (java.util.Arrays.equals(key.getEncoded(), encoded)) {
                return key;
            }
        } catch (GeneralSecurityException _) {
            // Said below.
        }
        throw new Unsigned("has a key that is damaged");
    }

    byte[] encoded() {
        return encoded.clone();
    }

    /// SHA-256 of its SubjectPublicKeyInfo, by which keys are the same or not.
    String fingerprint() {
        return Digest.of(encoded).text();
    }

    /// Whether the key signed the message.
    ///
    /// @throws Unsigned when that cannot be told
    boolean signed(Message message, byte[] signature) throws IOException, Unsigned {
        for (Way way : ways) {
            if (way.wantsAll() && message.length() > WHOLE_MAX) {
                throw new Unsigned(
                        "by an Ed25519 key is of more than %d MiB".formatted(WHOLE_MAX >> 20),
                        "sign with ECDSA, or with Ed25519ph, which hashes first");
            }
            if (signed(way, message, signature)) {
                return true;
            }
        }
        return false;
    }

    private boolean signed(Way way, Message message, byte[] signature) throws IOException {
        try {
            Signature check = way.signature();
            check.initVerify(key);
            message.<SignatureException>into((bytes, length) -> check.update(bytes, 0, length));
            return check.verify(signature);
        } catch (GeneralSecurityException _) {
            // What is no signature of that sort at all is none.
            return false;
        }
    }

    /// The same for what is short.
    boolean signed(byte[] message, byte[] signature) throws IOException, Unsigned {
        return signed(new Message.Enveloped(message), signature);
    }
}
