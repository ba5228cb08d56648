package dev.belay.driver.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates from a real authority, whose challenges a plain server answers.
@Timeout(120)
class RenewalsTest {
    private static final List<String> HOSTS = List.of("app.example.org", "www.example.org");

    @TempDir Path temp;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

    @Test
    void a_missing_certificate_is_ordered_and_renewed_when_two_thirds_of_its_life_are_over()
            throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            CertificateWish wish = wish(authority, HOSTS);
            var renewals = renewals(board);
            assertThat(renewals.state(wish).end()).isEmpty();

            renewals.pass(List.of(wish));
            X509Certificate first = certificate();
            assertThat(IssuedCertificate.hosts(first)).containsExactlyInAnyOrderElementsOf(HOSTS);
            assertThat(board.texts).isEmpty();
            assertThatThePairFits();

            Instant from = first.getNotBefore().toInstant();
            Instant until = first.getNotAfter().toInstant();
            Duration life = Duration.between(from, until);
            now.set(from.plus(life.multipliedBy(2).dividedBy(3)).minusSeconds(60));
            renewals.pass(List.of(wish));
            assertThat(certificate()).isEqualTo(first);
            assertThat(renewals.state(wish).end()).contains(until);

            now.set(until.minus(life.dividedBy(4)));
            renewals.pass(List.of(wish));
            assertThat(certificate()).isNotEqualTo(first);
            assertThat(certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
            assertThatThePairFits();
        }
    }

    @Test
    void a_certificate_is_ordered_anew_when_a_host_is_added() throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            var renewals = renewals(board);
            renewals.pass(List.of(wish(authority, HOSTS.subList(0, 1))));
            renewals.pass(List.of(wish(authority, HOSTS)));
            assertThat(IssuedCertificate.hosts(certificate()))
                    .containsExactlyInAnyOrderElementsOf(HOSTS);
            renewals.pass(List.of(wish(authority, HOSTS.subList(1, 2))));
            assertThat(IssuedCertificate.hosts(certificate()))
                    .as("one for more hosts stays until it is due")
                    .containsExactlyInAnyOrderElementsOf(HOSTS);
        }
    }

    @Test
    void one_account_is_used_for_all_and_only_the_owner_can_read_what_is_kept() throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            renewals(board).pass(List.of(wish(authority, HOSTS.subList(0, 1))));
            renewals(board).pass(List.of(wish(authority, HOSTS.subList(1, 2))));
            try (Stream<Path> files = Files.list(temp.resolve("acme"))) {
                assertThat(files.filter(file -> file.toString().endsWith(".pem"))).hasSize(1);
            }
            try (Stream<Path> files = Files.walk(temp)) {
                for (Path file :
                        files.filter(one -> Files.isRegularFile(one))
                                .filter(one -> !one.startsWith(temp.resolve("pebble")))
                                .toList()) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------");
                }
            }
            assertThat(authority.log()).contains("There are now 1 accounts in memory");
            assertThat(authority.log()).doesNotContain("There are now 2 accounts in memory");
        }
    }

    @Test
    void what_the_authority_could_not_see_is_said_and_tried_again_later_and_later()
            throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            CertificateWish wish = wish(authority, HOSTS);
            ChallengeBoard blind = _ -> {};
            new Renewals(temp.resolve("acme"), blind, now::get).pass(List.of(wish));

            CertificateState state = renewals(board).state(wish);
            assertThat(state.failures()).isEqualTo(1);
            assertThat(state.why())
                    .startsWith("the authority could not see that ")
                    .contains("example.org is ours: ")
                    .contains("(unauthorized)");
            assertThat(Duration.between(now.get(), state.next()))
                    .isBetween(Duration.ofMinutes(1), Duration.ofSeconds(66));

            renewals(board).pass(List.of(wish));
            assertThat(renewals(board).state(wish).end()).as("too early").isEmpty();

            now.set(state.next());
            new Renewals(temp.resolve("acme"), blind, now::get).pass(List.of(wish));
            state = renewals(board).state(wish);
            assertThat(state.failures()).isEqualTo(2);
            assertThat(Duration.between(now.get(), state.next()))
                    .isBetween(Duration.ofMinutes(2), Duration.ofSeconds(132));

            now.set(state.next());
            renewals(board).pass(List.of(wish));
            state = renewals(board).state(wish);
            assertThat(state.failures()).isZero();
            assertThat(state.why()).isEmpty();
            assertThat(state.end()).isPresent();
        }
    }

    @Test
    void a_changed_wish_does_not_wait_for_the_failures_of_the_old_one() throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            CertificateWish unwise = wish(authority, List.of("no host.example.org"));
            renewals(board).pass(List.of(unwise));
            assertThat(renewals(board).state(unwise).why()).startsWith("the authority refused: ");
            renewals(board).pass(List.of(wish(authority, HOSTS)));
            assertThatThePairFits();
        }
    }

    @Test
    void an_authority_that_is_away_or_not_believed_is_a_failure_with_a_reason() throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            CertificateWish away =
                    wish(URI.create("https://localhost:1/dir"), authority.roots(), HOSTS);
            renewals(board).pass(List.of(away));
            assertThat(renewals(board).state(away).why())
                    .startsWith("no answer from localhost:1: ");
            CertificateWish unknown =
                    wish(URI.create("https://ca.invalid/dir"), authority.roots(), HOSTS);
            renewals(board).pass(List.of(unknown));
            assertThat(renewals(board).state(unknown).why())
                    .isEqualTo("no answer from ca.invalid: no such host is known");
            CertificateWish unbelieved = wish(authority.directory(), null, HOSTS);
            renewals(board).pass(List.of(unbelieved));
            assertThat(renewals(board).state(unbelieved).why())
                    .contains("unable to find valid certification path");
        }
    }

    @Test
    void an_order_whose_files_cannot_be_written_is_not_made_again_at_once() throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            CertificateWish wish = wish(authority, HOSTS);
            // No link can take the place of a folder that has something in it.
            Path inTheWay = temp.resolve("certificates/public.crt/x");
            Files.createDirectories(inTheWay);
            var renewals = renewals(board);
            renewals.pass(List.of(wish));
            CertificateState state = renewals.state(wish);
            assertThat(state.failures()).isEqualTo(1);
            assertThat(state.why()).startsWith("the certificate cannot be kept: ");
            assertThat(issued(authority)).isEqualTo(1);
            renewals.pass(List.of(wish));
            renewals(board).pass(List.of(wish));
            assertThat(issued(authority)).isEqualTo(1);

            now.set(state.next());
            Files.delete(inTheWay);
            Files.delete(inTheWay.getParent());
            renewals.pass(List.of(wish));
            assertThatThePairFits();
            assertThat(renewals.state(wish).failures()).isZero();
        }
    }

    @Test
    void where_no_file_can_be_written_no_authority_is_asked_and_not_even_that_is_forgotten()
            throws Exception {
        try (var board = new TestBoard();
                var authority = authority(board.port())) {
            CertificateWish wish = wish(authority, HOSTS);
            Files.writeString(temp.resolve("acme"), "no folder");
            var renewals = renewals(board);
            renewals.pass(List.of(wish));
            renewals.pass(List.of(wish));
            assertThat(renewals.state(wish).failures()).isEqualTo(1);
            assertThat(authority.log()).doesNotContain("POST /", "GET /dir");
            now.set(renewals.state(wish).next());
            renewals.pass(List.of(wish));
            assertThat(renewals.state(wish).failures()).isEqualTo(2);
        }
    }

    private static int issued(TestAuthority authority) throws IOException {
        return authority.log().split("Issued certificate", -1).length - 1;
    }

    private TestAuthority authority(int httpPort) throws IOException, InterruptedException {
        return new TestAuthority(temp.resolve("pebble"), httpPort, TestAuthority.freePort());
    }

    private Renewals renewals(ChallengeBoard board) {
        return new Renewals(temp.resolve("acme"), board, now::get);
    }

    private CertificateWish wish(TestAuthority authority, List<String> hosts) {
        return wish(authority.directory(), authority.roots(), hosts);
    }

    private CertificateWish wish(URI directory, @Nullable Path roots, List<String> hosts) {
        return new CertificateWish(
                "public",
                temp.resolve("certificates"),
                directory,
                "ops@example.org",
                hosts,
                Challenge.HTTP_01,
                roots);
    }

    private X509Certificate certificate() throws Exception {
        byte[] chain = Files.readAllBytes(temp.resolve("certificates/public.crt"));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(chain));
    }

    /// By the judgement of another implementation.
    private void assertThatThePairFits() throws Exception {
        Path folder = temp.resolve("certificates");
        assertThat(openssl("pkey", "-in", folder + "/public.key", "-pubout"))
                .isEqualTo(openssl("x509", "-in", folder + "/public.crt", "-noout", "-pubkey"))
                .startsWith("-----BEGIN PUBLIC KEY-----");
    }

    private static String openssl(String... words) throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of("openssl"), Stream.of(words)).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }
}
