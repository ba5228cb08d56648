package dev.belay.server.signature;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An authority for identities, a log of signatures, a log of certificates and an authority for
/// times, by the published formats: Fulcio's extensions, Rekor's entries, RFC 6962, RFC 3161. Each
/// wish can be for something that is not in order.
final class SmallSigstore {
    static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    static final String ISSUER = "https://token.example";
    static final String SUBJECT = "https://forge.example/acme/shop/.ci/release.yml@refs/tags/v1";

    private static final String ECDSA_SHA384 = "1.2.840.10045.4.3.3";
    private static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";

    final OwnKey root = OwnKey.ecdsa("secp384r1");
    final OwnKey between = OwnKey.ecdsa("secp384r1");
    final OwnKey log = OwnKey.ecdsa("secp256r1");
    final OwnKey certificates = OwnKey.ecdsa("secp256r1");
    final OwnKey clock = OwnKey.ecdsa("secp256r1");
    private final byte[] rootCertificate = authority("root", "root", root, root);
    private final byte[] betweenCertificate = authority("between", "root", between, root);
    private final byte[] clockCertificate = stamping();
    private final List<byte[]> leaves = new ArrayList<>(List.of(leaf("a"), leaf("b"), leaf("c")));

    /// What whoever signs wishes.
    static final class Wish {
        OwnKey key = OwnKey.ecdsa("secp256r1");
        String issuer = ISSUER;
        String subject = SUBJECT;
        String use = "1.3.6.1.5.5.7.3.3";
        Instant from = NOON;
        Instant entered = NOON.plusSeconds(30);
        boolean shown = true;
        boolean promised = true;
        boolean stamped;
        boolean later;
    }

    // --- trust ------------------------------------------------------------------------------

    ObjectNode trustedRoot() {
        return object(
                """
                {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                 "tlogs": [%s], "ctlogs": [%s],
                 "certificateAuthorities": [%s], "timestampAuthorities": [%s]}
                """
                        .formatted(
                                logOf(log, "https://rekor.example"),
                                logOf(certificates, "https://ct.example"),
                                chain(betweenCertificate, rootCertificate),
                                chain(clockCertificate, rootCertificate)));
    }

    private static String logOf(OwnKey key, String url) {
        return """
        {"baseUrl": "%s", "hashAlgorithm": "SHA2_256",
         "publicKey": {"rawBytes": "%s", "keyDetails": "PKIX_ECDSA_P256_SHA_256",
           "validFor": {"start": "2026-01-01T00:00:00Z"}},
         "logId": {"keyId": "%s"}}
        """
                .formatted(
                        url,
                        OwnKey.base64(key.encoded()),
                        OwnKey.base64(OwnKey.sha256(key.encoded())));
    }

    private static String chain(byte[]... certificates) {
        List<String> all =
                Arrays.stream(certificates)
                        .map(one -> "{\"rawBytes\": \"%s\"}".formatted(OwnKey.base64(one)))
                        .toList();
        return """
        {"certChain": {"certificates": [%s]}, "validFor": {"start": "2026-01-01T00:00:00Z"}}
        """
                .formatted(String.join(",", all));
    }

    String authorityPem() {
        return OwnKey.pem("CERTIFICATE", betweenCertificate)
                + OwnKey.pem("CERTIFICATE", rootCertificate);
    }

    // --- bundles ----------------------------------------------------------------------------

    /// What `cosign sign-blob` writes without a key.
    ObjectNode signed(byte[] content, Wish wish) {
        byte[] signature = wish.key.sign(content);
        byte[] certificate = leafCertificate(wish);
        ObjectNode bundle = bundle(certificate, signature, wish);
        bundle.set(
                "messageSignature",
                object(
                        """
                        {"messageDigest": {"algorithm": "SHA2_256", "digest": "%s"},
                         "signature": "%s"}
                        """
                                .formatted(
                                        OwnKey.base64(OwnKey.sha256(content)),
                                        OwnKey.base64(signature))));
        String body =
                wish.later
                        ? later(content, signature, certificate)
                        : hashed(content, signature, certificate);
        enter(bundle, "hashedrekord", wish.later ? "0.0.2" : "0.0.1", body, wish);
        return bundle;
    }

    /// What `cosign attest-blob` writes without a key.
    ObjectNode attested(String statement, Wish wish) {
        byte[] payload = statement.getBytes(StandardCharsets.UTF_8);
        String type = "application/vnd.in-toto+json";
        byte[] signature = wish.key.sign(OwnKey.encoding(type, payload));
        byte[] certificate = leafCertificate(wish);
        ObjectNode bundle = bundle(certificate, signature, wish);
        bundle.set(
                "dsseEnvelope",
                object(
                        """
                        {"payloadType": "%s", "payload": "%s", "signatures": [{"sig": "%s"}]}
                        """
                                .formatted(
                                        type, OwnKey.base64(payload), OwnKey.base64(signature))));
        String body =
                """
                {"apiVersion":"0.0.1","kind":"dsse","spec":{"envelopeHash":{"algorithm":"sha256","value":"00"},\
                "payloadHash":{"algorithm":"sha256","value":"%s"},\
                "signatures":[{"signature":"%s","verifier":"%s"}]}}\
                """
                        .formatted(
                                HexFormat.of().formatHex(OwnKey.sha256(payload)),
                                OwnKey.base64(signature),
                                pem64(certificate));
        enter(bundle, "dsse", "0.0.1", body, wish);
        return bundle;
    }

    private ObjectNode bundle(byte[] certificate, byte[] signature, Wish wish) {
        String stamps =
                wish.stamped
                        ? "{\"signedTimestamp\": \"%s\"}"
                                .formatted(OwnKey.base64(stamp(signature, wish.entered)))
                        : "";
        return object(
                """
                {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                 "verificationMaterial": {"certificate": {"rawBytes": "%s"}, "tlogEntries": [],
                   "timestampVerificationData": {"rfc3161Timestamps": [%s]}}}
                """
                        .formatted(OwnKey.base64(certificate), stamps));
    }

    private static String hashed(byte[] content, byte[] signature, byte[] certificate) {
        return """
        {"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256",\
        "value":"%s"}},"signature":{"content":"%s","publicKey":{"content":"%s"}}}}\
        """
                .formatted(
                        HexFormat.of().formatHex(OwnKey.sha256(content)),
                        OwnKey.base64(signature),
                        pem64(certificate));
    }

    private static String later(byte[] content, byte[] signature, byte[] certificate) {
        return """
        {"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{\
        "algorithm":"SHA2_256","digest":"%s"},"signature":{"content":"%s","verifier":{\
        "keyDetails":"PKIX_ECDSA_P256_SHA_256","x509Certificate":{"rawBytes":"%s"}}}}}}\
        """
                .formatted(
                        OwnKey.base64(OwnKey.sha256(content)),
                        OwnKey.base64(signature),
                        OwnKey.base64(certificate));
    }

    private static String pem64(byte[] certificate) {
        return OwnKey.base64(
                OwnKey.pem("CERTIFICATE", certificate).getBytes(StandardCharsets.UTF_8));
    }

    /// Into the log, and into the bundle with all that proves it.
    void enter(ObjectNode bundle, String kind, String version, String body, Wish wish) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        leaves.add(hash(0, bytes));
        int index = leaves.size() - 1;
        leaves.add(leaf("after"));
        byte[] root = root(0, leaves.size());
        var hashes = new ArrayList<String>();
        path(index, 0, leaves.size(), hashes);
        String head = "rekor.example - 1\n%d\n%s\n".formatted(leaves.size(), OwnKey.base64(root));
        byte[] id = OwnKey.sha256(log.encoded());
        byte[] signed = log.sign(head.getBytes(StandardCharsets.UTF_8));
        byte[] line = ByteBuffer.allocate(4 + signed.length).put(id, 0, 4).put(signed).array();
        ObjectNode entry =
                object(
                        """
                        {"logIndex": "%d", "logId": {"keyId": "%s"},
                         "kindVersion": {"kind": "%s", "version": "%s"},
                         "inclusionProof": {"logIndex": "%d", "rootHash": "%s", "treeSize": "%d",
                           "hashes": [%s], "checkpoint": {}},
                         "canonicalizedBody": "%s"}
                        """
                                .formatted(
                                        1000 + index,
                                        OwnKey.base64(id),
                                        kind,
                                        version,
                                        index,
                                        OwnKey.base64(root),
                                        leaves.size(),
                                        String.join(",", hashes),
                                        OwnKey.base64(bytes)));
        ((ObjectNode) entry.path("inclusionProof").path("checkpoint"))
                .put("envelope", head + "\n— rekor.example " + OwnKey.base64(line) + "\n");
        if (wish.promised) {
            promise(entry, wish.entered.getEpochSecond());
        }
        ((tools.jackson.databind.node.ArrayNode)
                        bundle.path("verificationMaterial").path("tlogEntries"))
                .add(entry);
    }

    private void promise(ObjectNode entry, long time) {
        String text =
                "{\"body\":\"%s\",\"integratedTime\":%d,\"logID\":\"%s\",\"logIndex\":%s}"
                        .formatted(
                                entry.path("canonicalizedBody").asString(),
                                time,
                                HexFormat.of().formatHex(OwnKey.sha256(log.encoded())),
                                entry.path("logIndex").asString());
        entry.put("integratedTime", Long.toString(time));
        entry.set(
                "inclusionPromise",
                object(
                        "{\"signedEntryTimestamp\": \"%s\"}"
                                .formatted(
                                        OwnKey.base64(
                                                log.sign(text.getBytes(StandardCharsets.UTF_8))))));
    }

    // --- the tree, as RFC 6962 defines it by recursion --------------------------------------

    private static byte[] leaf(String text) {
        return hash(0, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] hash(int first, byte[]... parts) {
        var all = new ByteArrayOutputStream();
        all.write(first);
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return OwnKey.sha256(all.toByteArray());
    }

    private byte[] root(int from, int to) {
        if (to - from == 1) {
            return leaves.get(from);
        }
        int middle = from + Integer.highestOneBit(to - from - 1);
        return hash(1, root(from, middle), root(middle, to));
    }

    private void path(int index, int from, int to, List<String> hashes) {
        if (to - from > 1) {
            int middle = from + Integer.highestOneBit(to - from - 1);
            boolean left = index < middle;
            path(index, left ? from : middle, left ? middle : to, hashes);
            byte[] other = left ? root(middle, to) : root(from, middle);
            hashes.add("\"" + OwnKey.base64(other) + "\"");
        }
    }

    // --- certificates -----------------------------------------------------------------------

    private static byte[] name(String common) {
        return Asn.seq(Asn.set(Asn.seq(Asn.oid("2.5.4.3"), Asn.utf8(common))));
    }

    private static byte[] certificate(
            String issuer,
            byte[] subject,
            OwnKey of,
            OwnKey by,
            Instant from,
            Instant to,
            byte[]... extensions) {
        byte[] algorithm = Asn.seq(Asn.oid(ECDSA_SHA384));
        byte[] tbs =
                Asn.seq(
                        Asn.value(0xa0, Asn.whole(2)),
                        Asn.whole(7),
                        algorithm,
                        name(issuer),
                        Asn.seq(Asn.time(from), Asn.time(to)),
                        subject,
                        of.encoded(),
                        Asn.value(0xa3, Asn.seq(extensions)));
        return Asn.seq(tbs, algorithm, Asn.bits(by.sign(tbs)));
    }

    private static byte[] authority(String name, String issuer, OwnKey of, OwnKey by) {
        return certificate(
                issuer,
                name(name),
                of,
                by,
                NOON.minusSeconds(86_400),
                NOON.plusSeconds(8_640_000),
                Asn.extension("2.5.29.19", true, Asn.seq(Asn.yes())),
                Asn.extension("2.5.29.15", true, Asn.value(0x03, new byte[] {1, 6})));
    }

    private byte[] stamping() {
        return certificate(
                "root",
                name("clock"),
                clock,
                root,
                NOON.minusSeconds(86_400),
                NOON.plusSeconds(8_640_000),
                Asn.extension("2.5.29.37", true, Asn.seq(Asn.oid("1.3.6.1.5.5.7.3.8"))));
    }

    private byte[] leafCertificate(Wish wish) {
        var extensions = new ArrayList<byte[]>();
        extensions.add(
                Asn.extension("2.5.29.15", true, Asn.value(0x03, new byte[] {7, (byte) 128})));
        extensions.add(Asn.extension("2.5.29.37", false, Asn.seq(Asn.oid(wish.use))));
        byte[] subject = wish.subject.getBytes(StandardCharsets.UTF_8);
        extensions.add(Asn.extension("2.5.29.17", true, Asn.seq(Asn.value(0x86, subject))));
        extensions.add(Asn.extension("1.3.6.1.4.1.57264.1.8", false, Asn.utf8(wish.issuer)));
        if (wish.shown) {
            byte[] shown = leafCertificate(wish, extensions);
            extensions.add(
                    Asn.extension("1.3.6.1.4.1.11129.2.4.2", false, Asn.octets(promise(shown))));
        }
        return leafCertificate(wish, extensions);
    }

    private byte[] leafCertificate(Wish wish, List<byte[]> extensions) {
        return certificate(
                "between",
                Asn.seq(),
                wish.key,
                between,
                wish.from,
                wish.from.plusSeconds(600),
                extensions.toArray(byte[][]::new));
    }

    /// A list of one promise of the log of certificates, over the certificate without it.
    private byte[] promise(byte[] certificate) {
        byte[] tbs = first(certificate);
        long time = NOON.toEpochMilli();
        byte[] said =
                ByteBuffer.allocate(1 + 1 + 8 + 2 + 32 + 3 + tbs.length + 2)
                        .put(new byte[2])
                        .putLong(time)
                        .putShort((short) 1)
                        .put(OwnKey.sha256(between.encoded()))
                        .put((byte) 0)
                        .putShort((short) tbs.length)
                        .put(tbs)
                        .array();
        byte[] signature = certificates.sign(said);
        int length = 1 + 32 + 8 + 2 + 4 + signature.length;
        return ByteBuffer.allocate(4 + length)
                .putShort((short) (2 + length))
                .putShort((short) length)
                .put((byte) 0)
                .put(OwnKey.sha256(certificates.encoded()))
                .putLong(time)
                .putShort((short) 0)
                .put((byte) 4)
                .put((byte) 3)
                .putShort((short) signature.length)
                .put(signature)
                .array();
    }

    /// What is to be signed of a certificate: its first part, whose length takes two bytes.
    private static byte[] first(byte[] certificate) {
        ByteBuffer in = ByteBuffer.wrap(certificate);
        int head = 4;
        int at = (in.get(head + 1) & 0xff) == 0x82 ? 4 : 3;
        int length = at == 4 ? in.getShort(head + 2) & 0xffff : in.get(head + 2) & 0xff;
        return Arrays.copyOfRange(certificate, head, head + at + length);
    }

    // --- times ------------------------------------------------------------------------------

    byte[] stamp(byte[] signature, Instant time) {
        byte[] sha256 = Asn.seq(Asn.oid("2.16.840.1.101.3.4.2.1"));
        byte[] info =
                Asn.seq(
                        Asn.whole(1),
                        Asn.oid("1.3.6.1.4.1.57264.2"),
                        Asn.seq(sha256, Asn.octets(OwnKey.sha256(signature))),
                        Asn.whole(9),
                        Asn.time(time));
        byte[] type =
                Asn.seq(
                        Asn.oid("1.2.840.113549.1.9.3"),
                        Asn.set(Asn.oid("1.2.840.113549.1.9.16.1.4")));
        byte[] digest =
                Asn.seq(Asn.oid("1.2.840.113549.1.9.4"), Asn.set(Asn.octets(OwnKey.sha256(info))));
        byte[] signed = clock.sign(Asn.set(type, digest));
        byte[] signer =
                Asn.seq(
                        Asn.whole(1),
                        Asn.seq(name("root"), Asn.whole(7)),
                        sha256,
                        Asn.value(0xa0, type, digest),
                        Asn.seq(Asn.oid(ECDSA_SHA256)),
                        Asn.octets(signed));
        byte[] data =
                Asn.seq(
                        Asn.whole(3),
                        Asn.set(sha256),
                        Asn.seq(
                                Asn.oid("1.2.840.113549.1.9.16.1.4"),
                                Asn.value(0xa0, Asn.octets(info))),
                        Asn.set(signer));
        return Asn.seq(
                Asn.seq(Asn.whole(0)),
                Asn.seq(Asn.oid("1.2.840.113549.1.7.2"), Asn.value(0xa0, data)));
    }

    static ObjectNode object(String json) {
        JsonNode node = JsonMapper.shared().readTree(json);
        return (ObjectNode) node;
    }
}
