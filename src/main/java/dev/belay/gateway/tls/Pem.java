package dev.belay.gateway.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is in files of certificates and keys (RFC 7468), and in keys as `openssl` wrote them before
/// there was one form for all.
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");

    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    /// rsaEncryption with its NULL (RFC 8017 §A.1).
    private static final byte[] RSA = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        1,
        1,
        1,
        5,
        0
    };

    /// id-ecPublicKey (RFC 5480 §2.1.1); the curve follows.
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private record Block(String kind, String base64) {
        byte[] content() throws UnusableException {
            try {
                return Base64.getMimeDecoder().decode(base64);
            } catch (IllegalArgumentException _) {
                throw new UnusableException("a block in it is not whole base64");
            }
        }
    }

    private Pem() {}

    private static List<Block> blocks(byte[] file) {
        var blocks = new ArrayList<Block>();
        Matcher matcher = BLOCK.matcher(new String(file, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    /// The chain in the order in which it stands there.
    static List<X509Certificate> chain(byte[] file) throws UnusableException {
        var chain = new ArrayList<X509Certificate>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.kind().equals("CERTIFICATE")) {
                    var in = new ByteArrayInputStream(block.content());
                    chain.add((X509Certificate) factory.generateCertificate(in));
                }
            }
        } catch (CertificateException _) {
            throw new UnusableException("block " + (chain.size() + 1) + " is no certificate");
        }
        if (chain.isEmpty()) {
            throw new UnusableException("there is no `BEGIN CERTIFICATE` in it");
        }
        return chain;
    }

    /// The one private key.
    static PrivateKey key(byte[] file) throws UnusableException {
        for (Block block : blocks(file)) {
            switch (block.kind()) {
                case "PRIVATE KEY" -> {
                    return key(block.content(), ALGORITHMS);
                }
                case "RSA PRIVATE KEY" -> {
                    return key(pkcs8(RSA, block.content()), List.of("RSA"));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] algorithm = der(SEQUENCE, EC, curve(block.content()));
                    return key(pkcs8(algorithm, block.content()), List.of("EC"));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                        throw new UnusableException("it needs a password; store it without one");
                default -> {}
            }
        }
        throw new UnusableException("there is no private key in it that is not encrypted");
    }

    private static PrivateKey key(byte[] pkcs8, List<String> algorithms) throws UnusableException {
        for (String algorithm : algorithms) {
            try {
                var spec = new PKCS8EncodedKeySpec(pkcs8);
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException _) {
                // Of another kind, or none at all.
            }
        }
        throw new UnusableException("it is no RSA, EC or Ed25519 key");
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTETS, key));
    }

    /// The name of the curve in `ECPrivateKey` (RFC 5915 §3): SEQUENCE, version, key, \[0\] curve.
    private static byte[] curve(byte[] key) throws UnusableException {
        try {
            int at = contentAt(key, 0);
            for (int skipped = 0; skipped < 2; skipped++) {
                at = contentAt(key, at) + length(key, at);
            }
            if ((key[at] & 0xff) == PARAMETERS) {
                int from = contentAt(key, at);
                return java.util.Arrays.copyOfRange(key, from, from + length(key, at));
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException _) {
            // Cut somewhere.
        }
        throw new UnusableException("it does not name its curve");
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = Math.addExact(Math.multiplyExact(length, 256), der[at + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] head =
                length < 0x80
                        ? new byte[] {(byte) tag, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        var out = new java.io.ByteArrayOutputStream(head.length + length);
        out.writeBytes(head);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
