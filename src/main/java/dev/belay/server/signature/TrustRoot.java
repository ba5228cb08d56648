package dev.belay.server.signature;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Whom keyless signatures may lead back to: certificate authorities and logs that lie beside the
/// manifest. Nothing of it ever comes with a signature.
///
/// @param authorities that vouch for identities
/// @param logs transparency logs of signatures
/// @param certificateLogs transparency logs of certificates
/// @param stamps authorities that vouch for times
record TrustRoot(
        List<Authority> authorities,
        List<Log> logs,
        List<Log> certificateLogs,
        List<Authority> stamps) {
    static final TrustRoot NONE = new TrustRoot(List.of(), List.of(), List.of(), List.of());

    private static final String TYPE = "application/vnd.dev.sigstore.trustedroot";
    private static final Set<String> TYPES =
            Set.of(TYPE + "+json;version=0.1", TYPE + ".v0.1+json", TYPE + ".v0.2+json");

    /// A stretch of time, ends included.
    record Span(Instant from, Instant to) {
        static final Span ALWAYS = new Span(Instant.MIN, Instant.MAX);

        boolean has(Instant time) {
            return !time.isBefore(from) && !time.isAfter(to);
        }
    }

    /// A chain of authorities.
    ///
    /// @param chain the issuing one first; the last is the anchor
    record Authority(List<X509Certificate> chain, Span valid) {}

    /// A log.
    ///
    /// @param id how entries name it, hexadecimal
    /// @param name how its checkpoints name it; empty where that is not said
    record Log(String id, String name, TrustedKey key, Span valid) {}

    TrustRoot and(TrustRoot other) {
        return new TrustRoot(
                joined(authorities, other.authorities),
                joined(logs, other.logs),
                joined(certificateLogs, other.certificateLogs),
                joined(stamps, other.stamps));
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /// What a file says: a `trusted_root.json`, or PEM with the certificates of one authority, or
    /// with the key of a log.
    static TrustRoot read(byte[] file) throws Unsigned {
        String text = new String(file, StandardCharsets.UTF_8);
        return text.stripLeading().startsWith("{") ? json(Json.read(text)) : pem(Pem.blocks(file));
    }

    private static TrustRoot pem(List<Pem> blocks) throws Unsigned {
        var chain = new ArrayList<X509Certificate>();
        var logs = new ArrayList<Log>();
        for (Pem block : blocks) {
            switch (block.label()) {
                case Pem.CERTIFICATE -> chain.add(Certificates.read(block.content()));
                case Pem.PUBLIC_KEY -> {
                    TrustedKey key = TrustedKey.of(block.content());
                    String id = key.fingerprint().replace("sha256:", "");
                    logs.add(new Log(id, "", key, Span.ALWAYS));
                }
                default ->
                        throw new Unsigned(
                                "holds a `%s`, which is no trust root".formatted(block.label()));
            }
        }
        return new TrustRoot(
                chain.isEmpty() ? List.of() : List.of(new Authority(chain, Span.ALWAYS)),
                logs,
                List.of(),
                List.of());
    }

    private static TrustRoot json(Json root) throws Unsigned {
        String type = root.text("mediaType");
        if (!TYPES.contains(type)) {
            throw new Unsigned(
                    "is a trust root of a version that is not known: `%s`"
                            .formatted(SigstoreBundle.brief(type)));
        }
        return new TrustRoot(
                authorities(root.list("certificateAuthorities")),
                logs(root.list("tlogs")),
                logs(root.list("ctlogs")),
                authorities(root.list("timestampAuthorities")));
    }

    private static List<Authority> authorities(List<Json> written) throws Unsigned {
        var all = new ArrayList<Authority>();
        for (Json one : written) {
            var chain = new ArrayList<X509Certificate>();
            for (Json certificate : one.object("certChain").list("certificates")) {
                chain.add(Certificates.read(certificate.bytes("rawBytes")));
            }
            if (chain.isEmpty()) {
                throw new Unsigned("has an authority without a certificate");
            }
            all.add(new Authority(chain, span(one)));
        }
        return all;
    }

    /// A log whose key is of a sort that nobody uses any more is no log: its entries lead nowhere.
    private static List<Log> logs(List<Json> written) throws Unsigned {
        var all = new ArrayList<Log>();
        for (Json one : written) {
            Json key = one.object("publicKey");
            String id = HexFormat.of().formatHex(one.object("logId").bytes("keyId"));
            String details = key.textOrNone("keyDetails");
            if (details.startsWith("PKIX_")) {
                all.add(
                        new Log(
                                id,
                                name(one.textOrNone("baseUrl")),
                                TrustedKey.of(key.bytes("rawBytes")),
                                span(key)));
            }
        }
        return all;
    }

    /// A checkpoint names its log without a scheme.
    private static String name(String url) {
        return url.replaceFirst("^[a-z]{1,10}://", "").replaceFirst("/+$", "");
    }

    /// What does not say since when it is to be trusted is not.
    private static Span span(Json of) throws Unsigned {
        Json written = of.object("validFor");
        return new Span(
                time(written.text("start")),
                written.has("end") ? time(written.text("end")) : Instant.MAX);
    }

    private static Instant time(String text) throws Unsigned {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException _) {
            throw new Unsigned("has no time at `%s`".formatted(SigstoreBundle.brief(text)));
        }
    }
}
