package dev.belay.server.signature;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a Sigstore bundle holds, and nothing of what it is worth.
///
/// @param content what is signed, and the signature
/// @param certificate of whoever signed, in DER; null where a key of his own did
/// @param entries of transparency logs
/// @param timestamps RFC 3161, of the signature
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record SigstoreBundle(
        Content content,
        byte @Nullable [] certificate,
        List<LogEntry> entries,
        List<byte[]> timestamps) {
    static final String TYPE = "application/vnd.dev.sigstore.bundle";

    private static final String V1 = TYPE + "+json;version=0.1";
    private static final String V2 = TYPE + "+json;version=0.2";
    private static final Set<String> V3 = Set.of(TYPE + ".v0.3+json", TYPE + "+json;version=0.3");

    private static final int ENTRIES_MAX = 10;

    /// Of one of the two sorts.
    sealed interface Content {
        byte[] signature();
    }

    /// The artifact itself was signed.
    ///
    /// @param algorithm of the hash that the bundle says it has; empty where it says none
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Blob(String algorithm, byte[] digest, byte[] signature) implements Content {}

    /// A statement about it was.
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Envelope(String type, byte[] payload, byte[] signature) implements Content {}

    /// Whether a document says that it is a bundle, of whichever version.
    static boolean claims(String mediaType) {
        return mediaType.startsWith(TYPE);
    }

    /// Reads one.
    static SigstoreBundle read(String text) throws Unsigned {
        Json root = Json.read(text);
        String type = root.text("mediaType");
        boolean third = V3.contains(type);
        boolean first = type.equals(V1);
        if (!third && !first && !type.equals(V2)) {
            throw new Unsigned(
                    "is a bundle of a version that is not known: `%s`".formatted(brief(type)),
                    "0.1, 0.2 and 0.3 are");
        }
        Json material = root.object("verificationMaterial");
        List<Json> written = material.list("tlogEntries");
        if (written.size() > ENTRIES_MAX) {
            throw new Unsigned("has more than %d log entries".formatted(ENTRIES_MAX));
        }
        var entries = new ArrayList<LogEntry>();
        for (Json one : written) {
            LogEntry entry = LogEntry.read(one);
            if (first ? entry.promise().length == 0 : entry.proof() == null) {
                throw new Unsigned(
                        first
                                ? "has a log entry without a promise, which version 0.1 must have"
                                : "has a log entry without a proof of inclusion");
            }
            entries.add(entry);
        }
        var timestamps = new ArrayList<byte[]>();
        for (Json one : material.at("timestampVerificationData").list("rfc3161Timestamps")) {
            timestamps.add(one.bytes("signedTimestamp"));
        }
        if (timestamps.size() > ENTRIES_MAX) {
            throw new Unsigned("has more than %d timestamps".formatted(ENTRIES_MAX));
        }
        return new SigstoreBundle(content(root), certificate(material, third), entries, timestamps);
    }

    private static Content content(Json root) throws Unsigned {
        boolean blob = root.has("messageSignature");
        if (blob == root.has("dsseEnvelope")) {
            throw new Unsigned(
                    "must have one of `messageSignature` and `dsseEnvelope`, and has "
                            + (blob ? "both" : "neither"));
        }
        if (!blob) {
            Json envelope = root.object("dsseEnvelope");
            byte[] signature = envelope.only("signatures").bytes("sig");
            return new Envelope(
                    envelope.text("payloadType"), envelope.bytes("payload"), present(signature));
        }
        Json message = root.object("messageSignature");
        byte[] signature = present(message.bytes("signature"));
        if (!message.has("messageDigest")) {
            return new Blob("", new byte[0], signature);
        }
        Json digest = message.object("messageDigest");
        return new Blob(digest.text("algorithm"), digest.bytes("digest"), signature);
    }

    private static byte[] present(byte[] signature) throws Unsigned {
        if (signature.length == 0) {
            throw new Unsigned("has an empty signature");
        }
        return signature;
    }

    /// A hint at a key is not looked at: which keys count is not the bundle's to say.
    private static byte @Nullable [] certificate(Json material, boolean third) throws Unsigned {
        boolean key = material.has("publicKey");
        boolean one = material.has("certificate");
        boolean chain = material.has("x509CertificateChain");
        if ((key ? 1 : 0) + (one ? 1 : 0) + (chain ? 1 : 0) != 1) {
            throw new Unsigned(
                    "must have one of `publicKey`, `certificate` and `x509CertificateChain`");
        }
        if (chain && third) {
            throw new Unsigned("has a chain of certificates, which version 0.3 must not have");
        }
        if (key) {
            return null;
        }
        if (one) {
            return material.object("certificate").bytes("rawBytes");
        }
        List<Json> all = material.object("x509CertificateChain").list("certificates");
        if (all.isEmpty()) {
            throw new Unsigned("has a chain without a certificate");
        }
        for (Json other : all.subList(1, all.size())) {
            if (Certificates.isSelfIssued(other.bytes("rawBytes"))) {
                throw new Unsigned("brings a root certificate along, which nobody may");
            }
        }
        return all.getFirst().bytes("rawBytes");
    }

    static String brief(String text) {
        String shown = text.replaceAll("[\\p{Cntrl}`]", "?");
        return shown.length() > 100 ? shown.substring(0, 100) + "…" : shown;
    }
}
