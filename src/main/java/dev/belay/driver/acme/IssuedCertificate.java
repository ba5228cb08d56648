package dev.belay.driver.acme;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What an order ends with.
///
/// @param chain as PEM, the host's own certificate first
/// @param key its secret key as PEM
record IssuedCertificate(String chain, String key) {
    private static final Integer DNS_NAME = 2;

    /// The hosts that a certificate speaks for.
    static Set<String> hosts(X509Certificate certificate) throws CertificateParsingException {
        Set<String> hosts = new HashSet<>();
        var names = certificate.getSubjectAlternativeNames();
        for (List<?> name : names == null ? List.<List<?>>of() : names) {
            if (DNS_NAME.equals(name.get(0)) && name.get(1) instanceof String host) {
                hosts.add(host.toLowerCase(Locale.ROOT));
            }
        }
        return hosts;
    }

    /// Without the key.
    @Override
    public String toString() {
        return chain;
    }
}
