package dev.belay.server.signature;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Times that an authority vouches for, as RFC 3161 has them: a CMS message (RFC 5652) about the
/// hash of a signature. Certificates that come along are not looked at; the authority's own is
/// pinned.
final class Timestamps {
    private static final String SIGNED_DATA = "2a864886f70d010702";
    private static final String TIME_INFO = "2a864886f70d0109100104";
    private static final String CONTENT_TYPE = "2a864886f70d010903";
    private static final String MESSAGE_DIGEST = "2a864886f70d010904";
    private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    private static final Map<String, String> HASHES =
            Map.of(
                    "608648016503040201", "SHA-256",
                    "608648016503040202", "SHA-384",
                    "608648016503040203", "SHA-512");

    private static final int EXPLICIT_0 = 0xa0;
    private static final int GRANTED_MAX = 1;
    private static final int SIGNERS_AT_MOST = 1;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

    private Timestamps() {}

    /// The time of a timestamp of the signature.
    ///
    /// @param response as the authority answered
    /// @throws Unsigned when no pinned authority made it, or it is of something else
    static Instant time(byte[] response, byte[] signature, List<TrustRoot.Authority> stamps)
            throws IOException, Unsigned {
        Der answer = Der.of(response).as(Der.SEQUENCE);
        byte[] status = answer.child(0, Der.SEQUENCE).child(0, Der.INTEGER).content();
        if (status.length != 1 || status[0] < 0 || status[0] > GRANTED_MAX) {
            throw new Unsigned("has a timestamp that was not granted");
        }
        Der data = content(answer.child(1, Der.SEQUENCE), SIGNED_DATA).as(Der.SEQUENCE);
        Der info = content(data.child(2, Der.SEQUENCE), TIME_INFO).as(Der.OCTETS);
        List<Der> signers = data.children().getLast().as(Der.SET).children();
        if (signers.size() != SIGNERS_AT_MOST) {
            throw new Unsigned("has a timestamp that not exactly one authority signed");
        }
        Der about = Der.of(info.content()).as(Der.SEQUENCE);
        Der imprint = about.child(2, Der.SEQUENCE);
        byte[] hash = hash(imprint.child(0, Der.SEQUENCE), signature);
        if (!Arrays.equals(hash, imprint.child(1, Der.OCTETS).content())) {
            throw new Unsigned("has a timestamp of another signature");
        }
        Instant time = time(about.child(4, Der.TIME));
        Der signer = signers.getFirst().as(Der.SEQUENCE);
        byte[] attributes = attributes(signer, info.content());
        byte[] signed = signer.child(5, Der.OCTETS).content();
        Unsigned last = new Unsigned("has a timestamp by nobody whom the trust root names");
        for (TrustRoot.Authority authority : stamps) {
            X509Certificate leaf = authority.chain().getFirst();
            if (TrustedKey.of(leaf.getPublicKey().getEncoded()).signed(attributes, signed)) {
                try {
                    requireTrusted(authority, leaf, time);
                    return time;
                } catch (Unsigned e) {
                    last = e;
                }
            }
        }
        throw last;
    }

    private static void requireTrusted(
            TrustRoot.Authority authority, X509Certificate leaf, Instant time) throws Unsigned {
        List<X509Certificate> chain = authority.chain();
        List<X509Certificate> above = chain.size() == 1 ? chain : chain.subList(1, chain.size());
        Certificates.authority(
                leaf,
                List.of(new TrustRoot.Authority(above, authority.valid())),
                time,
                TIME_STAMPING);
    }

    private static Der content(Der of, String type) throws Unsigned {
        if (!of.child(0).isOid(type)) {
            throw new Unsigned("has a timestamp that is none");
        }
        return of.child(1, EXPLICIT_0).child(0);
    }

    private static byte[] hash(Der algorithm, byte[] of) throws IOException, Unsigned {
        Der name = algorithm.child(0, Der.OID);
        String known = HASHES.get(HexFormat.of().formatHex(name.content()));
        if (known == null) {
            throw new Unsigned("has a timestamp by a hash that is not used here");
        }
        return new Message.Enveloped(of).hash(known);
    }

    /// What the authority signed: that it is a time, and the hash of what it says.
    private static byte[] attributes(Der signer, byte[] info) throws IOException, Unsigned {
        Der attributes = signer.child(3, EXPLICIT_0);
        boolean typed = false;
        boolean bound = false;
        for (Der attribute : attributes.children()) {
            Der value = attribute.child(1, Der.SET).child(0);
            if (attribute.child(0).isOid(CONTENT_TYPE)) {
                typed = value.isOid(TIME_INFO);
            } else if (attribute.child(0).isOid(MESSAGE_DIGEST)) {
                byte[] hash = hash(signer.child(2, Der.SEQUENCE), info);
                bound = Arrays.equals(value.as(Der.OCTETS).content(), hash);
            }
        }
        if (!typed || !bound) {
            throw new Unsigned("has a timestamp that says something else than was signed");
        }
        return Der.encode(Der.SET, attributes.content());
    }

    private static Instant time(Der written) throws Unsigned {
        String text = new String(written.content(), StandardCharsets.US_ASCII);
        try {
            if (text.matches("[0-9]{14}(\\.[0-9]{1,9})?Z")) {
                return LocalDateTime.parse(text.substring(0, 14), TIME).toInstant(ZoneOffset.UTC);
            }
        } catch (DateTimeException _) {
            // Said below.
        }
        throw new Unsigned("has a timestamp without a time");
    }
}
