package dev.belay.driver.acme;

import dev.belay.driver.disk.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    /// What failed and could not be written down, by the name of the wish.
    private final Map<String, RenewalRecord> late = new ConcurrentHashMap<>();

    /// @param folder for the keys of accounts and for what failed; made when it is missing
    public Renewals(Path folder, ChallengeBoard board, InstantSource clock) {
        this.folder = folder;
        this.board = board;
        this.clock = clock;
    }

    /// Orders what is due; returns when that is done or has failed.
    public void pass(List<CertificateWish> wishes) throws InterruptedException {
        for (CertificateWish wish : wishes) {
            RenewalRecord known = late.get(wish.name());
            boolean early = known != null && known.holds(wish) && !isOver(known.next());
            if (!early) {
                look(wish);
            }
        }
    }

    private void look(CertificateWish wish) throws InterruptedException {
        try {
            if (isOver(state(wish).next())) {
                renew(wish);
            }
        } catch (IOException e) {
            // As with an authority's refusal: to order again at once would waste orders, of which
            // an authority gives out so many a week.
            postpone(wish, "the certificate cannot be kept: " + e, Duration.ZERO);
        } catch (RuntimeException e) {
            postpone(wish, "a bug while ordering: " + e, Duration.ZERO);
            throw e;
        }
    }

    private boolean isOver(Instant time) {
        return !time.isAfter(clock.instant());
    }

    /// How it stands with a wish, by what is on disk.
    ///
    /// @throws IOException when what is there cannot be read
    public CertificateState state(CertificateWish wish) throws IOException {
        Optional<X509Certificate> current =
                new CertificateFiles(wish.folder(), wish.name()).current();
        Optional<RenewalRecord> failed = failed(wish);
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

    /// What failed since the last success. What could not be written is newer than what was.
    private Optional<RenewalRecord> failed(CertificateWish wish) throws IOException {
        RenewalRecord known = late.get(wish.name());
        Optional<RenewalRecord> one =
                known == null ? RenewalRecord.read(record(wish)) : Optional.of(known);
        return one.filter(record -> record.holds(wish));
    }

    private void renew(CertificateWish wish) throws IOException, InterruptedException {
        var files = new CertificateFiles(wish.folder(), wish.name());
        // Sooner than after an order that was in vain.
        files.requireWritable();
        try (HttpClient http = client(wish)) {
            SigningKey account = account(wish.directory());
            var connection = new AcmeConnection(http, account, wish.directory());
            IssuedCertificate issued = new AcmeOrder(connection, account, board, wish).carryOut();
            files.replace(issued);
            RenewalRecord.remove(record(wish));
            late.remove(wish.name());
            LOG.info("the certificate {} is new, for {}", wish.name(), wish.hosts());
        } catch (AcmeFailure failure) {
            postpone(
                    wish,
                    String.valueOf(failure.getMessage()),
                    failure.notBefore().orElse(Duration.ZERO));
        }
    }

    private void postpone(CertificateWish wish, String why, Duration notBefore) {
        int failures = 1;
        try {
            failures = failed(wish).map(RenewalRecord::failures).orElse(0) + 1;
        } catch (IOException e) {
            LOG.warn("what failed before cannot be read: {}", e.toString());
        }
        double chance = ThreadLocalRandom.current().nextDouble();
        Duration pause = RenewalPace.pause(failures, notBefore, chance);
        var record = RenewalRecord.of(wish, failures, clock.instant().plus(pause), why);
        LOG.warn("no new certificate {}, next try in {}: {}", wish.name(), pause, why);
        try {
            DurableFile.folder(folder);
            record.write(record(wish));
            late.remove(wish.name());
        } catch (IOException e) {
            late.put(wish.name(), record);
            LOG.warn("that cannot be written down: {}", e.toString());
        }
    }

    private Path record(CertificateWish wish) {
        return folder.resolve(wish.name() + ".json");
    }

    /// The account at an authority: a key that is made once.
    private SigningKey account(URI directory) throws IOException {
        Path file =
                folder.resolve("account-" + RenewalRecord.digest(directory.toString()) + ".pem");
        Optional<String> known = DurableFile.read(file);
        if (known.isPresent()) {
            return SigningKey.read(known.get());
        }
        SigningKey made = SigningKey.generate();
        DurableFile.folder(folder);
        DurableFile.write(file, made.text());
        return made;
    }

    /// What would keep every order from being made, as far as this machine shows it.
    ///
    /// @param roots the file that vouches for the authority; empty where the system does
    public static List<String> trouble(String roots) {
        try {
            if (!roots.isEmpty()) {
                trusting(Path.of(roots));
            }
            return List.of();
        } catch (AcmeFailure e) {
            return List.of(String.valueOf(e.getMessage()));
        }
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
            if (store.size() == 0) {
                throw new AcmeFailure(
                        "the authority's roots in %s are no certificates".formatted(roots));
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
