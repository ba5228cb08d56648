package dev.belay.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is taken for a certificate, and what is said about the rest.
class CertificateFolderTest {
    @TempDir private Path base;
    private TestCertificates made;

    @BeforeEach
    void prepare() throws Exception {
        made = new TestCertificates(base.resolve("tls"));
    }

    private CertificateFolder folder() {
        return new CertificateFolder(TlsUse.folder(made.folder()), SslProvider.OPENSSL_REFCNT);
    }

    private CertificateFolder.Reading read() {
        return folder().read(List.of());
    }

    private static List<String> names(CertificateFolder.Reading reading) {
        return reading.certificates().stream().map(Certificate::file).toList();
    }

    @Test
    void the_native_library_is_there_on_the_platform_of_this_build() {
        OpenSsl.ensureAvailability();
    }

    @Test
    void a_pair_is_read_with_names_and_dates() throws Exception {
        made.pair("a", "Example.org", "*.example.org", "127.0.0.1");
        Certificate one = read().certificates().getFirst();
        assertThat(one.names())
                .containsExactlyInAnyOrder("example.org", "*.example.org", "127.0.0.1");
        assertThat(one.until())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(29)),
                        Instant.now().plus(Duration.ofDays(31)));
        assertThat(one.issuer()).isEqualTo("CN=test");
    }

    @Test
    void one_that_is_ordered_may_be_late_and_not_get_lost() throws Exception {
        TlsUse use = TlsUse.ordered(base.resolve("late"));
        var folder = new CertificateFolder(use, SslProvider.OPENSSL_REFCNT);
        var none = new CertificateFolder.Reading(List.of(), List.of());
        assertThat(folder.read(List.of())).isEqualTo(none);
        Files.createDirectory(base.resolve("late"));
        assertThat(folder.read(List.of())).isEqualTo(none);

        new TestCertificates(base.resolve("late")).pair("a", "example.org");
        Certificate one = folder.read(List.of()).certificates().getFirst();
        Files.delete(base.resolve("late/a.key"));
        Files.delete(base.resolve("late/a.crt"));
        CertificateFolder.Reading lost = folder.read(List.of(one));
        assertThat(lost.certificates()).containsExactly(one);
        assertThat(lost.problems()).hasSize(1);
    }

    @Test
    void keys_are_understood_in_every_form_that_openssl_writes() throws Exception {
        Path key = base.resolve("key");
        for (String form : List.of("rsa", "rsa-old", "ec", "ec-old", "p384-old", "ed25519")) {
            switch (form) {
                case "rsa" -> TestCertificates.openssl("genrsa", "-out", key.toString(), "2048");
                case "rsa-old" ->
                        TestCertificates.openssl(
                                "genrsa", "-traditional", "-out", key.toString(), "2048");
                case "ec" ->
                        TestCertificates.openssl(
                                "genpkey",
                                "-algorithm",
                                "EC",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-out",
                                key.toString());
                case "ec-old" ->
                        TestCertificates.openssl(
                                "ecparam",
                                "-name",
                                "prime256v1",
                                "-genkey",
                                "-out",
                                key.toString());
                case "p384-old" ->
                        TestCertificates.openssl(
                                "ecparam",
                                "-name",
                                "secp384r1",
                                "-genkey",
                                "-noout",
                                "-out",
                                key.toString());
                default ->
                        TestCertificates.openssl(
                                "genpkey", "-algorithm", "ed25519", "-out", key.toString());
            }
            TestCertificates.openssl(
                    "req",
                    "-x509",
                    "-new",
                    "-key",
                    key.toString(),
                    "-subj",
                    "/CN=test",
                    "-addext",
                    "subjectAltName=DNS:" + form,
                    "-out",
                    made.certificate(form).toString());
            Files.copy(key, made.key(form));
        }
        CertificateFolder.Reading reading = read();
        assertThat(reading.problems()).isEmpty();
        assertThat(names(reading))
                .containsExactly("ec", "ec-old", "ed25519", "p384-old", "rsa", "rsa-old");
    }

    @Test
    void each_unusable_pair_has_its_sentence_and_the_others_are_read() throws Exception {
        made.pair("good", "good.example").pair("swapped", "swapped.example");
        made.pair("nameless").pair("keyless", "k.example").pair("text", "t.example");
        made.pair("cut", "cut.example");
        Files.copy(
                made.key("good"),
                made.key("swapped"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.delete(made.key("keyless"));
        Files.writeString(made.certificate("text"), "hello");
        String cut = Files.readString(made.certificate("cut"));
        Files.writeString(made.certificate("cut"), cut.replaceFirst("MII.{40}", "MII"));
        Path locked = made.key("locked");
        TestCertificates.openssl(
                "genpkey",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-aes256",
                "-pass",
                "pass:secret",
                "-out",
                locked.toString());
        Files.copy(made.certificate("good"), made.certificate("locked"));
        CertificateFolder.Reading reading = read();
        assertThat(names(reading)).containsExactly("good");
        assertThat(reading.problems())
                .containsExactly(
                        "certificate `cut`: block 1 is no certificate",
                        "`keyless.key` is not there",
                        "key of `locked`: it needs a password; store it without one",
                        "certificate `nameless` names no host as an alternative name",
                        "key and certificate of `swapped` do not belong together",
                        "certificate `text`: there is no `BEGIN CERTIFICATE` in it");
    }

    @Test
    void a_chain_begins_with_the_servers_own() throws Exception {
        made.pair("own", "own.example").pair("other", "other.example");
        String own = Files.readString(made.certificate("own"));
        String other = Files.readString(made.certificate("other"));
        Files.writeString(made.certificate("own"), other + own);
        assertThat(read().problems())
                .containsExactly(
                        "the chain of `own` does not begin with the server's own certificate");
        Files.writeString(made.certificate("own"), own + other);
        assertThat(read().problems()).isEmpty();
    }

    @Test
    void what_did_not_change_stays_the_same_object() throws Exception {
        made.pair("a", "a.example").pair("b", "b.example");
        CertificateFolder folder = folder();
        CertificateFolder.Reading first = folder.read(List.of());
        made.pair("b", "b.example");
        CertificateFolder.Reading second = folder.read(first.certificates());
        assertThat(second.certificates().getFirst()).isSameAs(first.certificates().getFirst());
        assertThat(second.certificates().getLast().fingerprint())
                .isNotEqualTo(first.certificates().getLast().fingerprint());
    }

    @Test
    void a_broken_new_pair_keeps_the_one_before_and_says_so() throws Exception {
        made.pair("a", "a.example");
        CertificateFolder folder = folder();
        List<Certificate> before = folder.read(List.of()).certificates();
        Files.writeString(made.key("a"), "oops");
        CertificateFolder.Reading broken = folder.read(before);
        assertThat(broken.certificates()).isEqualTo(before);
        assertThat(broken.problems())
                .containsExactly(
                        "key of `a`: there is no private key in it that is not encrypted; the one"
                                + " before is served on, until "
                                + before.getFirst().until());
        Files.delete(made.key("a"));
        Files.delete(made.certificate("a"));
        assertThat(folder.read(before).certificates()).isEqualTo(before);
        Files.delete(made.folder());
        CertificateFolder.Reading gone = folder.read(before);
        assertThat(gone.certificates()).isEqualTo(before);
        assertThat(gone.problems())
                .containsExactly(
                        "the certificates cannot be read: " + made.folder() + " is not there");
    }

    @Test
    void one_of_several_is_gone_when_both_its_files_are() throws Exception {
        made.pair("a", "a.example").pair("b", "b.example");
        CertificateFolder folder = folder();
        List<Certificate> before = folder.read(List.of()).certificates();
        Files.delete(made.key("b"));
        assertThat(folder.read(before).certificates()).hasSize(2);
        Files.delete(made.certificate("b"));
        assertThat(names(folder.read(before))).containsExactly("a");
    }

    @Test
    void names_are_found_exactly_then_by_one_label_then_by_default() throws Exception {
        made.pair("a", "a.example").pair("w", "*.example", "*.b.example").pair("b", "x.b.example");
        var names = new ServerNames(read().certificates(), Instant.now());
        assertThat(found(names, "a.example")).isEqualTo("a");
        assertThat(found(names, "other.example")).isEqualTo("w");
        assertThat(found(names, "x.b.example")).isEqualTo("b");
        assertThat(found(names, "y.b.example")).isEqualTo("w");
        assertThat(found(names, "y.c.example")).isEqualTo("a");
        assertThat(found(names, "example")).isEqualTo("a");
        assertThat(found(names, ".example")).isEqualTo("a");
        assertThat(found(names, "")).isEqualTo("a");
        made.pair("default", "z.example");
        assertThat(found(new ServerNames(read().certificates(), Instant.now()), "?"))
                .isEqualTo("default");
    }

    @Test
    void of_two_for_one_name_the_longer_one_is_shown_unless_it_is_not_valid_yet() throws Exception {
        made.pairFor(10, "a", "x.example")
                .pairFor(20, "b", "x.example")
                .pairFor(5, "c", "x.example");
        List<Certificate> all = read().certificates();
        assertThat(found(new ServerNames(all, Instant.now()), "x.example")).isEqualTo("b");
        Instant later = Instant.now().plus(Duration.ofDays(1));
        var early = all.get(1);
        var future =
                new Certificate(
                        "b", "", early.names(), later, early.until(), "", "", early.context());
        var names = new ServerNames(List.of(all.getFirst(), future, all.getLast()), Instant.now());
        assertThat(found(names, "x.example")).isEqualTo("a");
        assertThat(new ServerNames(List.of(), Instant.now()).find("x")).isNull();
    }

    private static String found(ServerNames names, String name) {
        Certificate found = names.find(name);
        return found == null ? "" : found.file();
    }

    @Test
    void a_pair_by_its_paths_is_read_from_two_folders() throws Exception {
        made.pair("a", "a.example");
        Path elsewhere = Files.createDirectories(base.resolve("secret")).resolve("any.name");
        Files.move(made.key("a"), elsewhere);
        var use = TlsUse.pair(made.certificate("a"), elsewhere);
        var reading = new CertificateFolder(use, SslProvider.JDK).read(List.of());
        assertThat(reading.problems()).isEmpty();
        assertThat(names(reading)).containsExactly("a");
    }

    @Test
    void memory_is_given_back_when_the_last_user_is_gone() throws Exception {
        made.pair("a", "a.example");
        Certificate one = read().certificates().getFirst();
        var handler =
                java.util.Objects.requireNonNull(
                        one.handler(io.netty.buffer.ByteBufAllocator.DEFAULT));
        one.release();
        assertThat(io.netty.util.ReferenceCountUtil.refCnt(one.context())).isEqualTo(1);
        io.netty.util.ReferenceCountUtil.release(handler.engine());
        assertThat(io.netty.util.ReferenceCountUtil.refCnt(one.context())).isZero();
        assertThat(one.handler(io.netty.buffer.ByteBufAllocator.DEFAULT)).isNull();
    }
}
