package dev.belay.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// A certificate with its key, ready to be shown to clients.
///
/// @param file how its files are called, without folder and extension
/// @param digest of both files, by which a change is seen
/// @param names of hosts, in small letters
/// @param fingerprint SHA-256 of the certificate itself
public record Certificate(
        String file,
        String digest,
        Set<String> names,
        Instant from,
        Instant until,
        String issuer,
        String fingerprint,
        SslContext context) {
    /// What an authority speaks that looks for a proof (RFC 8737 §4).
    public static final String PROOF_PROTOCOL = "acme-tls/1";

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final int SESSIONS_MAX = 10_000;
    private static final int SESSION_SECONDS = 3_600;

    public Certificate {
        names = Set.copyOf(names);
    }

    /// Puts one together of what is in its files.
    ///
    /// @throws UnusableException when no client could be served with it
    static Certificate of(
            String file,
            byte[] certificate,
            byte[] key,
            TlsUse.Minimum minimum,
            SslProvider provider)
            throws UnusableException {
        var protocols = List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
        return of(file, certificate, key, new Speech(minimum, provider, protocols));
    }

    /// One that proves a host to an authority, in a handshake after which nothing is said.
    ///
    /// @throws IllegalArgumentException when no authority could be shown it
    public static Certificate proof(String host, String certificate, String key) {
        var provider = CertificateWatch.provider();
        var speech = new Speech(TlsUse.Minimum.TLS_1_2, provider, List.of(PROOF_PROTOCOL));
        try {
            byte[] secret = key.getBytes(StandardCharsets.US_ASCII);
            Certificate made =
                    of(host, certificate.getBytes(StandardCharsets.US_ASCII), secret, speech);
            if (made.names().equals(Set.of(host))) {
                return made;
            }
            made.release();
            throw new IllegalArgumentException("it is not for that host alone");
        } catch (UnusableException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// How a certificate is used.
    private record Speech(TlsUse.Minimum minimum, SslProvider provider, List<String> protocols) {}

    private static Certificate of(String file, byte[] certificate, byte[] key, Speech speech)
            throws UnusableException {
        List<X509Certificate> chain = chain(file, certificate);
        X509Certificate own = chain.getFirst();
        PrivateKey secret = secret(file, key);
        if (!fits(secret, own)) {
            boolean other = chain.stream().anyMatch(one -> fits(secret, one));
            throw new UnusableException(
                    other
                            ? "the chain of `%s` does not begin with the server's own certificate"
                                    .formatted(file)
                            : "key and certificate of `%s` do not belong together".formatted(file));
        }
        Set<String> names = names(own);
        if (names.isEmpty()) {
            throw new UnusableException(
                    "certificate `%s` names no host as an alternative name".formatted(file));
        }
        try {
            return new Certificate(
                    file,
                    digest(certificate, key),
                    names,
                    own.getNotBefore().toInstant(),
                    own.getNotAfter().toInstant(),
                    own.getIssuerX500Principal().getName(),
                    digest(own.getEncoded()),
                    context(chain, secret, speech));
        } catch (SSLException | GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableException(
                    "certificate `%s` is of no use for TLS: %s".formatted(file, e.getMessage()));
        }
    }

    private static List<X509Certificate> chain(String file, byte[] bytes) throws UnusableException {
        try {
            return Pem.chain(bytes);
        } catch (UnusableException e) {
            throw new UnusableException("certificate `%s`: %s".formatted(file, e.getMessage()));
        }
    }

    private static PrivateKey secret(String file, byte[] bytes) throws UnusableException {
        try {
            return Pem.key(bytes);
        } catch (UnusableException e) {
            throw new UnusableException("key of `%s`: %s".formatted(file, e.getMessage()));
        }
    }

    /// Whether the one signs what the other confirms.
    private static boolean fits(PrivateKey key, X509Certificate certificate) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                };
        try {
            byte[] text = {1};
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(certificate.getPublicKey());
            checking.update(text);
            return checking.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static Set<String> names(X509Certificate certificate) throws UnusableException {
        var names = new TreeSet<String>();
        try {
            Collection<List<?>> given = certificate.getSubjectAlternativeNames();
            for (List<?> one : given == null ? List.<List<?>>of() : given) {
                boolean host = one.getFirst() instanceof Integer kind && isHost(kind);
                if (host && one.get(1) instanceof String name) {
                    names.add(name.toLowerCase(Locale.ROOT));
                }
            }
            return names;
        } catch (CertificateParsingException _) {
            throw new UnusableException("its alternative names cannot be read");
        }
    }

    private static boolean isHost(int kind) {
        return kind == DNS_NAME || kind == IP_ADDRESS;
    }

    private static SslContext context(List<X509Certificate> chain, PrivateKey key, Speech speech)
            throws SSLException {
        return SslContextBuilder.forServer(key, chain)
                .sslProvider(speech.provider())
                .protocols(
                        speech.minimum() == TlsUse.Minimum.TLS_1_3
                                ? List.of("TLSv1.3")
                                : List.of("TLSv1.2", "TLSv1.3"))
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .trustManager(new NoClients())
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                speech.protocols()))
                .sessionCacheSize(SESSIONS_MAX)
                .sessionTimeout(SESSION_SECONDS)
                .build();
    }

    static String digest(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The server's end of a connection that shows this certificate; null when it was given back at
    /// this very moment, because another took its place.
    @Nullable SslHandler handler(ByteBufAllocator allocator) {
        try {
            ReferenceCountUtil.retain(context);
        } catch (IllegalReferenceCountException _) {
            return null;
        }
        try {
            return context.newHandler(allocator);
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    /// Gives its memory back once the connections that use it have ended.
    public void release() {
        ReferenceCountUtil.release(context);
    }

    /// Clients are asked for no certificate. Without this one, every context would hold a copy of
    /// all authorities that the system trusts.
    private static final class NoClients implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authentication)
                throws CertificateException {
            throw new CertificateException("no client's certificate is asked for");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authentication)
                throws CertificateException {
            throw new CertificateException("this is the server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
