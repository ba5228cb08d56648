package dev.belay.driver.docker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// What `docker --tlsverify` reads of a folder: `ca.pem` that the engine's certificate is believed
/// by, `cert.pem` and `key.pem` by which it believes us. Read for every connection, so that renewed
/// ones count.
final class EngineCertificates {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN (RSA |EC |)PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END", 0);
    private static final char[] NOBODY = new char[0];

    private EngineCertificates() {}

    static SSLContext in(Path folder) throws IOException {
        try {
            KeyStore believed = KeyStore.getInstance("PKCS12");
            believed.load(null, NOBODY);
            int number = 0;
            for (Certificate one : certificates(folder.resolve("ca.pem"))) {
                believed.setCertificateEntry("authority-" + number++, one);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, NOBODY);
            own.setKeyEntry(
                    "own",
                    key(folder.resolve("key.pem")),
                    NOBODY,
                    certificates(folder.resolve("cert.pem")).toArray(Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NOBODY);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the certificates in `" + folder + "` cannot be used: " + e.getMessage(), e);
        }
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        byte[] text = read(file).getBytes(StandardCharsets.UTF_8);
        Collection<? extends Certificate> found =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(text));
        if (found.isEmpty()) {
            throw new IOException("there is no certificate in `" + file + "`");
        }
        return found;
    }

    private static String read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("`" + file + "` cannot be read");
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        Matcher found = KEY.matcher(read(file));
        if (!found.find()) {
            throw new IOException("there is no private key in `" + file + "`");
        }
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(found.group(2));
        } catch (IllegalArgumentException e) {
            throw new IOException("the key in `" + file + "` is no PEM", e);
        }
        if (!found.group(1).isEmpty()) {
            throw new IOException(
                    "the key in `%s` is in a form of before PKCS #8: `openssl pkcs8 -topk8 -nocrypt`"
                                    .formatted(file)
                            + " makes another");
        }
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (InvalidKeySpecException _) {
                // It is of another kind.
            }
        }
        throw new IOException("the key in `" + file + "` is of a kind that is not known here");
    }
}
