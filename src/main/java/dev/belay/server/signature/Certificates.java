package dev.belay.server.signature;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;

/// Certificates of those who sign: whether a pinned authority gave them out, and what they say of
/// whom.
final class Certificates {
    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

    /// Who said who it is: a text in DER, and the older one as it is.
    private static final String ISSUER = "1.3.6.1.4.1.57264.1.8";

    private static final String ISSUER_BEFORE = "1.3.6.1.4.1.57264.1.1";
    private static final int MAIL = 1;
    private static final int URI = 6;
    private static final int BYTES_MAX = 64 * 1024;

    private Certificates() {}

    /// Whom a certificate is of.
    ///
    /// @param issuer who knows him
    record Holder(String issuer, String subject) {}

    static X509Certificate read(byte[] der) throws Unsigned {
        if (der.length > BYTES_MAX) {
            throw new Unsigned("has a certificate that is larger than any");
        }
        Der.of(der).as(Der.SEQUENCE);
        try {
            if (CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der))
                    instanceof X509Certificate certificate) {
                return certificate;
            }
        } catch (CertificateException _) {
            // Said below.
        }
        throw new Unsigned("has a certificate that is damaged");
    }

    static boolean isSelfIssued(byte[] der) throws Unsigned {
        X509Certificate one = read(der);
        return one.getSubjectX500Principal().equals(one.getIssuerX500Principal());
    }

    /// The authority that gave it out, which must have been trusted at that time, as the
    /// certificate must have been valid.
    ///
    /// @param use what the certificate must be for
    static TrustRoot.Authority authority(
            X509Certificate leaf, List<TrustRoot.Authority> authorities, Instant at, String use)
            throws Unsigned {
        TrustRoot.Span valid = valid(leaf);
        if (!valid.has(at)) {
            throw new Unsigned(
                    "was made at %s, when its certificate was not valid (%s to %s)"
                            .formatted(at, valid.from(), valid.to()));
        }
        for (TrustRoot.Authority authority : authorities) {
            if (authority.valid().has(at) && leads(leaf, authority.chain(), at)) {
                requireUse(leaf, use);
                return authority;
            }
        }
        throw new Unsigned(
                "has a certificate that no authority of the trust root gave out, or none that was"
                        + " trusted then");
    }

    private static TrustRoot.Span valid(X509Certificate one) {
        return new TrustRoot.Span(one.getNotBefore().toInstant(), one.getNotAfter().toInstant());
    }

    private static boolean leads(X509Certificate leaf, List<X509Certificate> chain, Instant at) {
        X509Certificate anchor = chain.getLast();
        if (!valid(anchor).has(at)) {
            return false;
        }
        var path = new ArrayList<X509Certificate>();
        path.add(leaf);
        path.addAll(chain.subList(0, chain.size() - 1));
        try {
            var terms = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            // Such certificates live for minutes; nobody revokes them.
            terms.setRevocationEnabled(false);
            terms.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(path), terms);
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static void requireUse(X509Certificate leaf, String use) throws Unsigned {
        try {
            List<String> uses = leaf.getExtendedKeyUsage();
            boolean[] of = leaf.getKeyUsage();
            boolean signs = of == null || (of.length > 0 && of[0]);
            if (uses == null || !uses.contains(use) || !signs || leaf.getBasicConstraints() >= 0) {
                throw new Unsigned("has a certificate that is for something else than signing");
            }
        } catch (CertificateParsingException _) {
            throw new Unsigned("has a certificate that is damaged");
        }
    }

    static TrustRoot.Authority forCode(
            X509Certificate leaf, List<TrustRoot.Authority> authorities, Instant at)
            throws Unsigned {
        return authority(leaf, authorities, at, CODE_SIGNING);
    }

    /// Whom the authority says it is of.
    static Holder holder(X509Certificate leaf) throws Unsigned {
        return new Holder(issuer(leaf), subject(leaf));
    }

    private static String subject(X509Certificate leaf) throws Unsigned {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            if (names != null && names.size() == 1) {
                List<?> only = names.iterator().next();
                boolean known =
                        only.getFirst() instanceof Integer sort && (sort == MAIL || sort == URI);
                if (known && only.get(1) instanceof String subject && !subject.isEmpty()) {
                    return subject;
                }
            }
        } catch (CertificateParsingException _) {
            // Said below.
        }
        throw new Unsigned("has a certificate that is not of one URI or one mail address");
    }

    private static String issuer(X509Certificate leaf) throws Unsigned {
        byte[] now = leaf.getExtensionValue(ISSUER);
        byte[] before = leaf.getExtensionValue(ISSUER_BEFORE);
        String text =
                now == null
                        ? ""
                        : new String(
                                Der.of(Der.of(now).as(Der.OCTETS).content()).as(Der.UTF8).content(),
                                StandardCharsets.UTF_8);
        String older =
                before == null
                        ? ""
                        : new String(
                                Der.of(before).as(Der.OCTETS).content(), StandardCharsets.UTF_8);
        String issuer = text.isEmpty() ? older : text;
        if (issuer.isEmpty() || (!older.isEmpty() && !older.equals(issuer))) {
            throw new Unsigned("has a certificate that does not say who knows its holder");
        }
        return issuer;
    }
}
