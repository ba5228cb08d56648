package dev.belay.driver.acme;

import dev.belay.driver.disk.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps certificates valid: orders what is missing, and renews what has lived two thirds of its
/// life. One order at a time. Whoever owns it calls [#pass] every now and then; a pass in which
/// nothing is due costs a few files read.
public final class Renewals {
    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

    private final Path folder;
    private final ChallengeBoard board;
    private final InstantSource clock;

    /// @param folder for the keys of accounts and for what failed; made when it is missing
    public Renewals(Path folder, ChallengeBoard board, InstantSource clock) {
        this.folder = folder;
        this.board = board;
        this.clock = clock;
    }

    /// Orders what is due; returns when that is done or has failed.
    public void pass(List<CertificateWish> wishes) throws InterruptedException {
        for (CertificateWish wish : wishes) {
            try {
                if (!state(wish).next().isAfter(clock.instant())) {
                    renew(wish);
                }
            } catch (IOException e) {
                LOG.error("the certificate {} cannot be kept: {}", wish.name(), e.toString());
            }
        }
    }

    /// How it stands with a wish, by what is on disk.
    ///
    /// @throws IOException when what is there cannot be read
    public CertificateState state(CertificateWish wish) throws IOException {
        Optional<X509Certificate> current =
                new CertificateFiles(wish.folder(), wish.name()).current();
        Optional<RenewalRecord> failed =
                RenewalRecord.read(record(wish))
                        .filter(record -> record.wish().equals(inShort(wish)));
        Instant due = current.filter(one -> serves(one, wish)).map(Renewals::due).orElse(EPOCH);
        Instant next =
                failed.map(RenewalRecord::next).filter(time -> time.isAfter(due)).orElse(due);
        return new CertificateState(
                wish.name(),
                wish.hosts(),
                current.map(one -> one.getNotAfter().toInstant()).orElse(null),
                next,
                failed.map(RenewalRecord::failures).orElse(0),
                failed.map(RenewalRecord::why).orElse(""));
    }

    private static final Instant EPOCH = Instant.EPOCH;

    /// Whether it is for all hosts of the wish. One for more of them is replaced when it is due.
    private static boolean serves(X509Certificate certificate, CertificateWish wish) {
        try {
            return IssuedCertificate.hosts(certificate).containsAll(Set.copyOf(wish.hosts()));
        } catch (CertificateException _) {
            return false;
        }
    }

    private static Instant due(X509Certificate certificate) {
        // Chance of its own, and the same at every look.
        double chance = (certificate.getSerialNumber().hashCode() & 0xffff) / 65_536.0;
        return RenewalPace.renewal(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                chance);
    }

    private void renew(CertificateWish wish) throws IOException, InterruptedException {
        try (HttpClient http = client(wish)) {
            SigningKey account = account(wish.directory());
            var connection = new AcmeConnection(http, account, wish.directory());
            IssuedCertificate issued = new AcmeOrder(connection, account, board, wish).carryOut();
            new CertificateFiles(wish.folder(), wish.name()).replace(issued);
            RenewalRecord.remove(record(wish));
            LOG.info("the certificate {} is new, for {}", wish.name(), wish.hosts());
        } catch (AcmeFailure failure) {
            int failures = state(wish).failures() + 1;
            Duration pause =
                    RenewalPace.pause(
                            failures,
                            failure.notBefore().orElse(Duration.ZERO),
                            ThreadLocalRandom.current().nextDouble());
            String why = String.valueOf(failure.getMessage());
            DurableFile.folder(folder);
            new RenewalRecord(inShort(wish), failures, clock.instant().plus(pause), why)
                    .write(record(wish));
            LOG.warn("no new certificate {}, next try in {}: {}", wish.name(), pause, why);
        }
    }

    private Path record(CertificateWish wish) {
        return folder.resolve(wish.name() + ".json");
    }

    private static String inShort(CertificateWish wish) {
        return digest(
                String.join(
                        "\n",
                        wish.directory().toString(),
                        wish.contact(),
                        wish.challenge().word(),
                        String.join(" ", wish.hosts())));
    }

    private static String digest(String text) {
        byte[] digest = SigningKey.sha256(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, 16);
    }

    /// The account at an authority: a key that is made once.
    private SigningKey account(URI directory) throws IOException {
        Path file = folder.resolve("account-" + digest(directory.toString()) + ".pem");
        Optional<String> known = DurableFile.read(file);
        if (known.isPresent()) {
            return SigningKey.read(known.get());
        }
        SigningKey made = SigningKey.generate();
        DurableFile.folder(folder);
        DurableFile.write(file, made.text());
        return made;
    }

    private static HttpClient client(CertificateWish wish) throws AcmeFailure {
        var builder = HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN);
        Optional<Path> roots = wish.rootsFile();
        if (roots.isPresent()) {
            builder.sslContext(trusting(roots.get()));
        }
        return builder.build();
    }

    private static SSLContext trusting(Path roots) throws AcmeFailure {
        try (var in = new ByteArrayInputStream(Files.readAllBytes(roots))) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate root :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("root-" + store.size(), root);
            }
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AcmeFailure(
                    "the authority's roots in %s cannot be read: %s"
                            .formatted(roots, e.getMessage()));
        }
    }
}
