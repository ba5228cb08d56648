package dev.belay.server.signature;

import dev.belay.release.Digest;
import dev.belay.release.SignatureRule;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Holds one signature against whom an environment trusts. Nothing that it brings along decides
/// anything: not its hint at a key, not its algorithm, not its certificates.
public final class SignatureCheck {
    private final Digest artifact;
    private final Path archive;
    private final Trust trust;

    /// A check of signatures of one artifact.
    ///
    /// @param archive its bytes
    public SignatureCheck(Digest artifact, Path archive, Trust trust) {
        this.artifact = artifact;
        this.archive = archive;
        this.trust = trust;
    }

    /// Who signed.
    ///
    /// @param id by which signers are the same or not
    /// @param words for people
    /// @param says the type of the statement; empty where the artifact itself was signed
    public record Signer(String id, String words, String says) {}

    /// Who signed, of those who are trusted.
    ///
    /// @param file a Sigstore bundle as JSON, or a signature in base64
    /// @throws Unsigned when none of them did, or what was signed is something else
    public Signer require(String file) throws IOException, Unsigned {
        if (!file.stripLeading().startsWith("{")) {
            return bare(file);
        }
        SigstoreBundle bundle = SigstoreBundle.read(file);
        return switch (bundle.content()) {
            case SigstoreBundle.Blob blob -> {
                about(blob);
                if (trust.rule().provenance().asks()) {
                    throw new Unsigned(
                            "says nothing of where the artifact comes from, which is asked for",
                            "`cosign attest-blob` makes a statement");
                }
                yield signer(bundle, new Message.Archive(archive), "");
            }
            case SigstoreBundle.Envelope envelope -> {
                Message message = Message.Enveloped.of(envelope.type(), envelope.payload());
                Statement statement = Statement.of(envelope);
                if (!statement.digests().contains(artifact.hex())) {
                    throw another();
                }
                Signer signer = signer(bundle, message, statement.type());
                provenance(statement);
                yield signer;
            }
        };
    }

    private void about(SigstoreBundle.Blob blob) throws IOException, Unsigned {
        String hash =
                switch (blob.algorithm()) {
                    case "", "SHA2_256" -> "SHA-256";
                    case "SHA2_384" -> "SHA-384";
                    case "SHA2_512" -> "SHA-512";
                    default ->
                            throw new Unsigned(
                                    "has a digest by an algorithm that is not known: `%s`"
                                            .formatted(SigstoreBundle.brief(blob.algorithm())));
                };
        String ours =
                hash.equals("SHA-256")
                        ? artifact.hex()
                        : HexFormat.of().formatHex(new Message.Archive(archive).hash(hash));
        boolean said = !blob.algorithm().isEmpty();
        if (said && !HexFormat.of().formatHex(blob.digest()).equals(ours)) {
            throw another();
        }
    }

    private Unsigned another() {
        return new Unsigned(
                "is of another artifact than %s".formatted(artifact.brief()),
                "`belay artifact` gives out the very bytes that are to be signed");
    }

    private void provenance(Statement statement) throws Unsigned {
        SignatureRule.Provenance wanted = trust.rule().provenance();
        if (!wanted.type().isEmpty() && !wanted.type().equals(statement.type())) {
            throw new Unsigned(
                    "says `%s`, and `%s` is asked for"
                            .formatted(SigstoreBundle.brief(statement.type()), wanted.type()));
        }
        if (!wanted.builder().isEmpty() && !wanted.builder().equals(statement.builder())) {
            throw new Unsigned(
                    "says that it was built by `%s`, and not by `%s`"
                            .formatted(
                                    SigstoreBundle.brief(statement.builder()), wanted.builder()));
        }
        String source = Statement.repository(wanted.source());
        if (!source.isEmpty() && !statement.sources().equals(java.util.Set.of(source))) {
            throw new Unsigned(
                    "says that it was built of %s, and not of `%s`"
                            .formatted(
                                    statement.sources().isEmpty()
                                            ? "nothing in a place that is known"
                                            : statement.sources().stream()
                                                    .map(one ->
                                                            "`" + SigstoreBundle.brief(one) + "`")
                                                    .toList(),
                                    source));
        }
    }

    // --- by a key ---------------------------------------------------------------------------

    private Signer bare(String file) throws IOException, Unsigned {
        if (trust.rule().provenance().asks()) {
            throw new Unsigned(
                    "says nothing of where the artifact comes from, which is asked for",
                    "`cosign attest-blob` makes a statement");
        }
        byte[] signature = Base64Text.decode(file.replaceAll("[\\r\\n]", "").strip(), "");
        var content = new SigstoreBundle.Blob("", new byte[0], signature);
        return byKey(content, new Message.Archive(archive))
                .map(key -> signer(key.getKey(), ""))
                .orElseThrow(this::byNobody);
    }

    private Optional<Map.Entry<String, TrustedKey>> byKey(
            SigstoreBundle.Content content, Message message) throws IOException, Unsigned {
        for (Map.Entry<String, TrustedKey> key : trust.keys().entrySet()) {
            if (key.getValue().signed(message, content.signature())) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private Signer signer(String fingerprint, String says) {
        return new Signer(
                fingerprint,
                "the key `%s`"
                        .formatted(trust.rule().keys().getOrDefault(fingerprint, fingerprint)),
                says);
    }

    private Unsigned byNobody() {
        return new Unsigned(
                "fits none of the keys that are trusted, or what was signed is something else",
                trusted());
    }

    private Signer signer(SigstoreBundle bundle, Message message, String says)
            throws IOException, Unsigned {
        byte[] certificate = bundle.certificate();
        if (certificate != null) {
            return keyless(bundle, certificate, message, says);
        }
        Map.Entry<String, TrustedKey> key =
                byKey(bundle.content(), message).orElseThrow(this::byNobody);
        // A key that is pinned needs no log; but a log entry of something else is a sign of a
        // mix-up.
        for (LogEntry entry : bundle.entries()) {
            new EntryBody(bundle.content(), message, key.getValue().encoded()).require(entry);
            if (!trust.root().logs().isEmpty()) {
                new LogCheck(trust.root().logs()).require(entry);
            }
        }
        return signer(key.getKey(), says);
    }

    // --- by somebody whom an authority knows ------------------------------------------------

    private Signer keyless(SigstoreBundle bundle, byte[] certificate, Message message, String says)
            throws IOException, Unsigned {
        if (trust.identities().isEmpty()) {
            throw new Unsigned("is by an identity, and only keys are trusted", trusted());
        }
        X509Certificate leaf = Certificates.read(certificate);
        TrustedKey key = TrustedKey.of(leaf.getPublicKey().getEncoded());
        if (!key.signed(message, bundle.content().signature())) {
            throw new Unsigned(
                    "does not fit its certificate, or what was signed is something else");
        }
        if (bundle.entries().isEmpty()) {
            throw new Unsigned("is in no transparency log, so that nobody knows when it was made");
        }
        for (Instant time : times(bundle, certificate, message)) {
            TrustRoot.Authority by = Certificates.forCode(leaf, trust.root().authorities(), time);
            Scts.require(certificate, by, trust.root().certificateLogs());
        }
        Certificates.Holder holder = Certificates.holder(leaf);
        return trust.identities().stream()
                .filter(identity -> Trust.isOf(holder, identity))
                .findFirst()
                .map(identity -> signer(identity, holder, says))
                .orElseThrow(() ->
                        new Unsigned(
                                "is by `%s`, known to `%s`, who is not trusted"
                                        .formatted(
                                                SigstoreBundle.brief(holder.subject()),
                                                SigstoreBundle.brief(holder.issuer())),
                                trusted()));
    }

    private static Signer signer(
            SignatureRule.Identity identity, Certificates.Holder holder, String says) {
        return new Signer(
                identity.id(),
                "`%s`, known to `%s`".formatted(holder.subject(), holder.issuer()),
                says);
    }

    /// When it was made, by everybody who can be believed in that; at least one can.
    private List<Instant> times(SigstoreBundle bundle, byte[] certificate, Message message)
            throws IOException, Unsigned {
        var times = new ArrayList<Instant>();
        var body = new EntryBody(bundle.content(), message, certificate);
        for (LogEntry entry : bundle.entries()) {
            body.require(entry);
            new LogCheck(trust.root().logs()).require(entry).ifPresent(times::add);
        }
        for (byte[] token : bundle.timestamps()) {
            times.add(Timestamps.time(token, bundle.content().signature(), trust.root().stamps()));
        }
        if (times.isEmpty()) {
            throw new Unsigned(
                    "has no time that anybody vouches for: neither a promise of its log nor a"
                            + " timestamp");
        }
        return times;
    }

    private String trusted() {
        return "trusted: " + wanted(trust.rule());
    }

    /// Whose signature would do, for people.
    public static String wanted(SignatureRule rule) {
        var wanted = new ArrayList<String>();
        rule.keys().values().forEach(key -> wanted.add("the key `%s`".formatted(key)));
        rule.identities()
                .forEach(one ->
                        wanted.add("`%s`, known to `%s`".formatted(one.subject(), one.issuer())));
        return String.join(" or ", wanted);
    }
}
