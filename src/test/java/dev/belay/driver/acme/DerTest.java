package dev.belay.driver.acme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written byte by byte, read by others: OpenSSL and the JDK.
class DerTest {
    @TempDir Path temp;

    @Test
    void lengths_and_numbers_are_written_in_their_shortest_form() {
        assertThat(hex(Der.octets(new byte[0x7f]))).startsWith("047f00");
        assertThat(hex(Der.octets(new byte[0x80]))).startsWith("04818000");
        assertThat(hex(Der.octets(new byte[0x100]))).startsWith("0482010000");
        assertThat(hex(Der.integer(0))).isEqualTo("020100");
        assertThat(hex(Der.integer(128))).isEqualTo("02020080");
        assertThat(hex(Der.objectIdentifier("1.2.840.113549.1.9.14")))
                .isEqualTo("06092a864886f70d01090e");
        assertThat(hex(Der.time(Instant.parse("2031-02-03T04:05:06Z"))))
                .isEqualTo("170d" + hex("310203040506Z".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void a_request_is_one_that_openssl_verifies() throws Exception {
        // Enough hosts that lengths need one, two and three bytes.
        for (int count : new int[] {1, 3, 5, 12, 100}) {
            List<String> hosts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                hosts.add("host-" + i + ".example.org");
            }
            Path file = temp.resolve("request.der");
            Files.write(file, CertificateRequest.of(SigningKey.generate(), hosts));
            String read =
                    openssl(
                            "req",
                            "-inform",
                            "DER",
                            "-in",
                            file.toString(),
                            "-noout",
                            "-verify",
                            "-text");
            assertThat(read).contains("verify OK").contains("prime256v1");
            hosts.forEach(host -> assertThat(read).contains("DNS:" + host));
        }
    }

    @Test
    void a_challenge_certificate_holds_the_digest_of_its_text_as_a_critical_extension()
            throws Exception {
        Instant now = Instant.now();
        var proof = ChallengeCertificate.of("app.example.org", "token.thumbprint", now);
        var certificate =
                (X509Certificate)
                        CertificateFactory.getInstance("X.509")
                                .generateCertificate(
                                        new ByteArrayInputStream(
                                                proof.certificate()
                                                        .getBytes(StandardCharsets.US_ASCII)));
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertThat(IssuedCertificate.hosts(certificate)).containsExactly("app.example.org");
        assertThat(certificate.getCriticalExtensionOIDs()).containsExactly("1.3.6.1.5.5.7.1.31");
        byte[] digest = SigningKey.sha256("token.thumbprint".getBytes(StandardCharsets.US_ASCII));
        assertThat(hex(certificate.getExtensionValue("1.3.6.1.5.5.7.1.31")))
                .isEqualTo("0422" + "0420" + hex(digest));
        Path key = temp.resolve("key.pem");
        Files.writeString(key, proof.key());
        assertThat(openssl("pkey", "-in", key.toString(), "-noout", "-check"))
                .contains("Key is valid");
        assertThat(proof.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void a_key_comes_back_as_it_was_written() throws Exception {
        SigningKey key = SigningKey.generate();
        SigningKey again = SigningKey.read(key.text());
        assertThat(again.json()).isEqualTo(key.json());
        byte[] content = {1, 2, 3};
        assertThat(again.signFixed(content)).hasSize(64);
        var signature = Signature.getInstance("SHA256withECDSA");
        var factory = java.security.KeyFactory.getInstance("EC");
        signature.initVerify(
                factory.generatePublic(
                        new java.security.spec.X509EncodedKeySpec(key.publicInfo())));
        signature.update(content);
        assertThat(signature.verify(again.sign(content))).isTrue();
    }

    @Test
    void coordinates_always_have_32_bytes() {
        for (int i = 0; i < 600; i++) {
            // One key in 128 has a coordinate that would be shorter.
            assertThat(SigningKey.generate().json())
                    .matches(
                            "\\{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"[\\w-]{43}\",\"y\":\"[\\w-]{43}\"}");
        }
    }

    @Test
    void renewals_spread_within_a_thirtieth_of_a_life_and_pauses_grow_to_a_day() {
        Instant from = Instant.parse("2030-01-01T00:00:00Z");
        Instant until = from.plus(Duration.ofDays(90));
        Choices.forAll(
                1_000,
                choices -> {
                    double chance = choices.between(0, 999) / 1_000.0;
                    assertThat(RenewalPace.renewal(from, until, chance))
                            .isBetween(
                                    from.plus(Duration.ofDays(60)), from.plus(Duration.ofDays(63)));
                    int failures = choices.between(1, 1_000_000);
                    assertThat(RenewalPace.pause(failures, Duration.ZERO, chance))
                            .isBetween(Duration.ofMinutes(1), Duration.ofMinutes(24 * 66));
                });
        assertThat(RenewalPace.pause(11, Duration.ZERO, 0)).isEqualTo(Duration.ofMinutes(1_024));
        assertThat(RenewalPace.pause(12, Duration.ZERO, 0)).isEqualTo(Duration.ofDays(1));
        assertThat(RenewalPace.pause(1, Duration.ofHours(3), 0)).isEqualTo(Duration.ofHours(3));
        assertThat(RenewalPace.pause(1, Duration.ofDays(400), 0)).isEqualTo(Duration.ofDays(7));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String openssl(String... words) throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of("openssl"), Stream.of(words)).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }
}
