package dev.belay.driver.acme;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What an authority is asked to sign (PKCS#10, RFC 2986): a key and the hosts that it is to speak
/// for, and nothing else.
final class CertificateRequest {
    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final int DNS_NAME = 2;

    private CertificateRequest() {}

    /// @param hosts in ASCII, as they stand in DNS
    static byte[] of(SigningKey key, List<String> hosts) {
        byte[] extensions = Der.sequence(names(hosts));
        byte[] attribute =
                Der.sequence(Der.objectIdentifier(EXTENSION_REQUEST), Der.setOf(extensions));
        byte[] info =
                Der.sequence(
                        Der.integer(0),
                        // No subject: whoever checks a certificate looks at its names (RFC 9525).
                        Der.sequence(),
                        key.publicInfo(),
                        Der.context(0, attribute));
        return signed(key, info);
    }

    /// Something, how it is signed, and its signature.
    static byte[] signed(SigningKey key, byte[] content) {
        return Der.sequence(content, algorithm(), Der.bits(key.sign(content)));
    }

    static byte[] algorithm() {
        return Der.sequence(Der.objectIdentifier(ECDSA_WITH_SHA256));
    }

    /// The extension that holds the hosts.
    static byte[] names(List<String> hosts) {
        List<byte[]> names =
                hosts.stream()
                        .map(host -> host.getBytes(StandardCharsets.US_ASCII))
                        .map(host -> Der.contextPrimitive(DNS_NAME, host))
                        .toList();
        return Der.sequence(
                Der.objectIdentifier(SUBJECT_ALTERNATIVE_NAME), Der.octets(Der.sequence(names)));
    }
}
