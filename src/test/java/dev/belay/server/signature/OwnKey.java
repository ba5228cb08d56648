package dev.belay.server.signature;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.EdDSAParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A key of somebody's own, and what `cosign sign-blob --key` would write with it: made by the JDK
/// and by what is published of the formats, of nothing that verifies.
public final class OwnKey {
    private final KeyPair pair;
    private final String algorithm;
    private final @Nullable AlgorithmParameterSpec terms;

    private OwnKey(KeyPair pair, String algorithm, @Nullable AlgorithmParameterSpec terms) {
        this.pair = pair;
        this.algorithm = algorithm;
        this.terms = terms;
    }

    public static OwnKey ecdsa(String curve) {
        return ecdsa(curve, curve.equals("secp256r1") ? "SHA256withECDSA" : "SHA384withECDSA");
    }

    public static OwnKey ecdsa(String curve, String algorithm) {
        return new OwnKey(pair("EC", new ECGenParameterSpec(curve), 0), algorithm, null);
    }

    public static OwnKey ed25519(boolean hashed) {
        return new OwnKey(
                pair("Ed25519", null, 0), "Ed25519", hashed ? new EdDSAParameterSpec(true) : null);
    }

    public static OwnKey rsa(int bits, boolean pss) {
        return new OwnKey(
                pair("RSA", null, bits),
                pss ? "RSASSA-PSS" : "SHA256withRSA",
                pss
                        ? new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1)
                        : null);
    }

    private static KeyPair pair(String kind, @Nullable AlgorithmParameterSpec terms, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
            if (terms != null) {
                generator.initialize(terms);
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    public byte[] encoded() {
        return pair.getPublic().getEncoded();
    }

    public String pem() {
        return pem("PUBLIC KEY", encoded());
    }

    public static String pem(String label, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        label,
                        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content),
                        label);
    }

    public byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(pair.getPrivate());
            if (terms != null) {
                signature.setParameter(terms);
            }
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// A signature alone.
    public String bare(byte[] message) {
        return base64(sign(message)) + "\n";
    }

    public String bundle(byte[] message) {
        return """
        {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
         "verificationMaterial": {"publicKey": {"hint": "%s"}},
         "messageSignature": {
           "messageDigest": {"algorithm": "SHA2_256", "digest": "%s"},
           "signature": "%s"}}
        """
                .formatted(
                        base64(sha256(encoded())), base64(sha256(message)), base64(sign(message)));
    }

    /// What `cosign attest-blob` would write.
    public String attestation(String type, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        return """
        {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
         "verificationMaterial": {"publicKey": {"hint": "any"}},
         "dsseEnvelope": {"payloadType": "%s", "payload": "%s",
           "signatures": [{"sig": "%s", "keyid": ""}]}}
        """
                .formatted(type, base64(bytes), base64(sign(encoding(type, bytes))));
    }

    static byte[] encoding(String type, byte[] payload) {
        String all =
                "DSSEv1 %d %s %d %s"
                        .formatted(
                                type.length(),
                                type,
                                payload.length,
                                new String(payload, StandardCharsets.UTF_8));
        return all.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
