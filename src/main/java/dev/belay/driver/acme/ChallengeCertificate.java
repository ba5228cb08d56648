package dev.belay.driver.acme;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The certificate by which a server proves to an authority that a host is its own (RFC 8737 §3):
/// signed by itself, with the digest of the challenge's text in it. Nobody else should believe it.
///
/// @param certificate as PEM
/// @param key the secret key as PEM
record ChallengeCertificate(String certificate, String key) {
    private static final String ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final int VERSION_3 = 2;
    private static final int SERIAL_BITS = 127;
    private static final Duration SKEW = Duration.ofDays(1);
    private static final Duration LIFE = Duration.ofDays(7);

    static ChallengeCertificate of(String host, String keyAuthorization, Instant now) {
        SigningKey key = SigningKey.generate();
        byte[] digest = SigningKey.sha256(keyAuthorization.getBytes(StandardCharsets.US_ASCII));
        byte[] proof =
                Der.sequence(
                        Der.objectIdentifier(ACME_IDENTIFIER),
                        Der.yes(),
                        Der.octets(Der.octets(digest)));
        byte[] name =
                Der.sequence(
                        Der.setOf(
                                Der.sequence(
                                        Der.objectIdentifier(COMMON_NAME),
                                        Der.text("ACME challenge"))));
        byte[] serial =
                Der.integer(new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE));
        byte[] validity = Der.sequence(Der.time(now.minus(SKEW)), Der.time(now.plus(LIFE)));
        byte[] content =
                Der.sequence(
                        Der.context(0, Der.integer(VERSION_3)),
                        serial,
                        CertificateRequest.algorithm(),
                        name,
                        validity,
                        name,
                        key.publicInfo(),
                        Der.context(
                                3, Der.sequence(CertificateRequest.names(List.of(host)), proof)));
        byte[] certificate = CertificateRequest.signed(key, content);
        return new ChallengeCertificate(Pem.write(Pem.CERTIFICATE, certificate), key.secretText());
    }

    /// Without the key.
    @Override
    public String toString() {
        return certificate;
    }
}
