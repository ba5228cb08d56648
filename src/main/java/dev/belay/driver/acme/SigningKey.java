package dev.belay.driver.acme;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/// A pair of keys on the curve P-256: of an account, of a certificate, or of a challenge. Its text
/// form is for files that only their owner can read.
final class SigningKey {
    private static final String ALGORITHM = "EC";
    private static final String CURVE = "secp256r1";
    private static final int COORDINATE = 32;
    private static final Base64.Encoder BASE64_URL = Base64.getUrlEncoder().withoutPadding();

    private final PrivateKey secret;
    private final PublicKey open;

    private SigningKey(PrivateKey secret, PublicKey open) {
        this.secret = secret;
        this.open = open;
    }

    static SigningKey generate() {
        try {
            var generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair pair = generator.generateKeyPair();
            return new SigningKey(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no P-256", missing);
        }
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IOException when it is something else
    static SigningKey read(String text) throws IOException {
        byte[] secret = Pem.read(Pem.PRIVATE_KEY, text).orElseThrow(SigningKey::noKey);
        byte[] open = Pem.read(Pem.PUBLIC_KEY, text).orElseThrow(SigningKey::noKey);
        try {
            var factory = KeyFactory.getInstance(ALGORITHM);
            return new SigningKey(
                    factory.generatePrivate(new PKCS8EncodedKeySpec(secret)),
                    factory.generatePublic(new X509EncodedKeySpec(open)));
        } catch (GeneralSecurityException e) {
            throw new IOException("the key cannot be read", e);
        }
    }

    private static IOException noKey() {
        return new IOException("there is no pair of keys in it");
    }

    /// Both halves: the JDK cannot find the open half from the secret one.
    String text() {
        return secretText() + Pem.write(Pem.PUBLIC_KEY, open.getEncoded());
    }

    /// The secret half alone, as servers read it (PKCS#8).
    String secretText() {
        return Pem.write(Pem.PRIVATE_KEY, secret.getEncoded());
    }

    /// The open half as certificates hold it.
    byte[] publicInfo() {
        return open.getEncoded();
    }

    boolean belongsTo(PublicKey other) {
        return MessageDigest.isEqual(open.getEncoded(), other.getEncoded());
    }

    /// The open half as JSON, with its members in the order of a thumbprint (RFC 7638 §3).
    String json() {
        var point = ((ECPublicKey) open).getW();
        return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}"
                .formatted(coordinate(point.getAffineX()), coordinate(point.getAffineY()));
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[COORDINATE];
        int length = Math.min(bytes.length, COORDINATE);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE - length, length);
        return BASE64_URL.encodeToString(fixed);
    }

    /// What names the key, for whoever has its open half.
    String thumbprint() {
        byte[] json = json().getBytes(StandardCharsets.UTF_8);
        return BASE64_URL.encodeToString(sha256(json));
    }

    static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no SHA-256", missing);
        }
    }

    /// As certificates hold a signature.
    byte[] sign(byte[] content) {
        return sign("SHA256withECDSA", content);
    }

    /// As JSON Web Signatures hold it: two numbers of 32 bytes each (RFC 7518 §3.4).
    byte[] signFixed(byte[] content) {
        return sign("SHA256withECDSAinP1363Format", content);
    }

    private byte[] sign(String algorithm, byte[] content) {
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(secret);
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, missing);
        }
    }
}
