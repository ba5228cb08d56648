package dev.belay.server.signature;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// Whether what a transparency log has is about this very signature: the same bytes, by the same
/// key or certificate, over the same content. An entry of anything else proves nothing.
final class EntryBody {
    private static final Map<String, String> HASHES =
            Map.of(
                    "sha256", "SHA-256",
                    "sha384", "SHA-384",
                    "sha512", "SHA-512",
                    "SHA2_256", "SHA-256",
                    "SHA2_384", "SHA-384",
                    "SHA2_512", "SHA-512");

    private final SigstoreBundle.Content content;
    private final Message message;
    private final byte[] signer;

    /// What an entry has to be about.
    ///
    /// @param signer the certificate, or the key, that verified the signature; in DER
    EntryBody(SigstoreBundle.Content content, Message message, byte[] signer) {
        this.content = content;
        this.message = message;
        this.signer = signer.clone();
    }

    void require(LogEntry entry) throws IOException, Unsigned {
        Json body = Json.read(new String(entry.body(), StandardCharsets.UTF_8));
        boolean same =
                body.text("kind").equals(entry.kind())
                        && body.text("apiVersion").equals(entry.version());
        if (!same) {
            throw new Unsigned("has a log entry of another kind than it says");
        }
        Json spec = body.object("spec");
        switch (entry.kind() + " " + entry.version()) {
            case "hashedrekord 0.0.1" -> hashed(spec);
            case "hashedrekord 0.0.2" -> hashedLater(spec.object("hashedRekordV002"));
            case "dsse 0.0.1" -> enveloped(spec);
            case "dsse 0.0.2" -> envelopedLater(spec.object("dsseV002"));
            case "intoto 0.0.2" -> stated(spec.object("content"));
            default ->
                    throw new Unsigned(
                            "has a log entry of a kind that is not known: `%s` %s"
                                    .formatted(
                                            SigstoreBundle.brief(entry.kind()),
                                            SigstoreBundle.brief(entry.version())));
        }
    }

    private void hashed(Json spec) throws IOException, Unsigned {
        Json hash = spec.object("data").object("hash");
        content(hash.text("algorithm"), hex(hash.text("value")));
        Json signature = spec.object("signature");
        signature(signature.bytes("content"));
        signer(pem(signature.object("publicKey").bytes("content")));
    }

    private void hashedLater(Json spec) throws IOException, Unsigned {
        Json data = spec.object("data");
        content(data.text("algorithm"), data.bytes("digest"));
        signatureLater(spec.object("signature"));
    }

    private void enveloped(Json spec) throws IOException, Unsigned {
        Json hash = spec.object("payloadHash");
        payload(hash.text("algorithm"), hex(hash.text("value")));
        Json signature = spec.only("signatures");
        signature(signature.bytes("signature"));
        signer(pem(signature.bytes("verifier")));
    }

    private void envelopedLater(Json spec) throws IOException, Unsigned {
        Json hash = spec.object("payloadHash");
        payload(hash.text("algorithm"), hash.bytes("digest"));
        signatureLater(spec.only("signatures"));
    }

    /// There the signature's base64 is in base64 once more.
    private void stated(Json content) throws IOException, Unsigned {
        Json hash = content.object("payloadHash");
        payload(hash.text("algorithm"), hex(hash.text("value")));
        Json envelope = content.object("envelope");
        boolean type =
                this.content instanceof SigstoreBundle.Envelope of
                        && of.type().equals(envelope.text("payloadType"));
        if (!type) {
            throw another("payload type");
        }
        Json signature = envelope.only("signatures");
        String written = new String(signature.bytes("sig"), StandardCharsets.US_ASCII);
        signature(Base64Text.decode(written, signature.path()));
        signer(pem(signature.bytes("publicKey")));
    }

    private void signatureLater(Json signature) throws Unsigned {
        signature(signature.bytes("content"));
        Json verifier = signature.object("verifier");
        boolean key = verifier.has("publicKey");
        signer(verifier.object(key ? "publicKey" : "x509Certificate").bytes("rawBytes"));
    }

    // --- what must be the same --------------------------------------------------------------

    private void content(String algorithm, byte[] hash) throws IOException, Unsigned {
        if (!Arrays.equals(message.hash(known(algorithm)), hash)) {
            throw another("content");
        }
    }

    private void payload(String algorithm, byte[] hash) throws IOException, Unsigned {
        if (!(content instanceof SigstoreBundle.Envelope envelope)
                || !Arrays.equals(
                        new Message.Enveloped(envelope.payload()).hash(known(algorithm)), hash)) {
            throw another("content");
        }
    }

    private void signature(byte[] signature) throws Unsigned {
        if (!Arrays.equals(signature, content.signature())) {
            throw another("signature");
        }
    }

    private void signer(byte[] der) throws Unsigned {
        if (!Arrays.equals(der, signer)) {
            throw another("key or certificate");
        }
    }

    private static Unsigned another(String what) {
        return new Unsigned("has a log entry of another " + what);
    }

    private static String known(String algorithm) throws Unsigned {
        String name = HASHES.get(algorithm);
        if (name == null) {
            throw new Unsigned(
                    "has a log entry with a hash that is not known: `%s`"
                            .formatted(SigstoreBundle.brief(algorithm)));
        }
        return name;
    }

    private static byte[] pem(byte[] written) throws Unsigned {
        return Pem.blocks(written).getFirst().content();
    }

    private static byte[] hex(String written) throws Unsigned {
        try {
            return java.util.HexFormat.of().parseHex(written);
        } catch (IllegalArgumentException _) {
            throw new Unsigned("has a log entry with a hash that is none");
        }
    }
}
